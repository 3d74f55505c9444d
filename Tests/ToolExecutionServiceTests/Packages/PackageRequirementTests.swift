import Testing

@testable import ToolExecutionService

@Suite("What may be asked for as a package", .timeLimit(.minutes(15)))
struct PackageRequirementTests {
    @Test("a name, extras and a version are taken; the name is that of the index")
    func taken() {
        let good = [
            "numpy": "numpy", "numpy==1.26.4": "numpy", "Flask_Login==0.6.3": "flask-login", "uvicorn[standard]==0.30.0": "uvicorn",
            "a.b--c[x,y_z]==1!2.0rc1+local.1": "a-b-c", "six==1.*": "six",
        ]
        for (text, name) in good { #expect(PackageRequirement(text)?.name == name, "\(text)") }
    }

    @Test(
        "addresses, paths, conditions, options and what has no end are not",
        arguments: [
            "", "==1", "numpy==", "numpy>=1", "numpy ==1", " numpy", "-r/etc/passwd", "--index-url=http://x", "demo @ http://x/demo.whl",
            "./demo", "/tmp/demo.whl", "git+https://x/y", "demo; python_version > '3'", "demo[", "demo[]", "demo[a", "demo[a]b", "demo[-a]",
            "numpy===1", "demo==1 --hash=x", "demo==1\n", "démo", "demo==-1", "_demo", "demo_",
            String(repeating: "a", count: 101), "demo==" + String(repeating: "1", count: 65), "demo[a,b,c,d,e,f,g,h,i]",
        ])
    func refused(_ text: String) {
        #expect(PackageRequirement(text) == nil)
    }

    @Test("a line of pip is about a package when it names it, however it is spelled")
    func named() throws {
        let requirement = try #require(PackageRequirement("Flask-Login==1"))
        #expect(requirement.isNamed(in: "ERROR: No matching distribution found for flask_login==1"))
        #expect(!requirement.isNamed(in: "ERROR: No matching distribution found for flask==1"))
    }
}
