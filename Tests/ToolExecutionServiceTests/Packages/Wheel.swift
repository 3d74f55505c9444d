import Cryptography
import Support
import Testing

/// A package of Python with one module of its name.
struct Wheel {
    var name: String
    var version: String
    var code: String
    /// What it needs, as it says it.
    var requires: [String] = []

    var file: String { "\(name)-\(version)-py3-none-any.whl" }

    func bytes() throws -> [UInt8] {
        let program = """
            import base64, io, sys, zipfile
            name, version, code, *requires = sys.argv[1:]
            info = f'{name}-{version}.dist-info/'
            words = f'Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n' + ''.join(f'Requires-Dist: {r}\\n' for r in requires)
            file = io.BytesIO()
            with zipfile.ZipFile(file, 'w') as wheel:
                wheel.writestr(name + '.py', code)
                wheel.writestr(info + 'METADATA', words)
                wheel.writestr(info + 'WHEEL', 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
                wheel.writestr(info + 'RECORD', f'{name}.py,,\\n')
            print(base64.b64encode(file.getvalue()).decode())
            """
        let made = try run("/usr/bin/python3", ["-c", program, name, version, code] + requires)
        return try #require(Base64.decode(made.text.filter { !$0.isWhitespace }), "\(made.text)")
    }
}
