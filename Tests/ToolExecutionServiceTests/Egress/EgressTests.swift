import EventLoop
import HTTPMessage
import HTTPServer
import JSON
import PostgresClient
import Testing
import WireProtocol

@testable import ToolExecutionService

@Suite("The way out of a sandbox", .timeLimit(.minutes(15)))
struct EgressTests {
    /// A service whose sandboxes may reach 127.0.0.1, and a server there.
    private func withOutside(
        _ grant: @escaping @Sendable (_ port: UInt16) -> NetworkGrant, template: SandboxTemplate? = nil,
        _ body: @escaping @Sendable (Asking) async throws -> Void
    ) async throws {
        try await withToolExecution(configure: { $0.addresses = AddressPolicy(exceptions: ["127.0.0.1"]) }) { service in
            let outside = try Outside(on: service.loop)
            let token = try service.personToken(Person(service.loop))
            let made = try await service.send(
                .post, "/api/v1/sandboxes", token: token, CreateSandbox(template: template, language: .python, network: grant(outside.port))
            )
            try #require(made.status == 201, "\(made.json)")
            let asking = Asking(service: service, outside: outside, token: token, sandbox: try made.decoded(Sandbox.self).id)
            let outcome: Result<Void, any Error>
            do { outcome = .success(try await body(asking)) } catch { outcome = .failure(error) }
            await outside.stop()
            try outcome.get()
        }
    }

    private struct Asking {
        let service: RunningToolExecution
        let outside: Outside
        let token: String
        let sandbox: SandboxID

        func run(_ code: String, timeout: Int = 120) async throws -> ExecutionResult {
            let answer = try await service.send(
                .post, "/api/v1/sandboxes/\(sandbox)/execute", token: token,
                ExecuteCode(language: .python, code: Self.helpers + code, timeoutS: timeout))
            return try answer.decoded()
        }

        func requests(complete count: Int) async throws -> [NetworkRequest] {
            let deadline = service.loop.now + .seconds(120)
            while true {
                let page: Page<NetworkRequest> = try await service.send(
                    .get, "/api/v1/network-requests?sandbox_id=\(sandbox)", token: token
                ).decoded()
                if page.data.count(where: \.isComplete) >= count || service.loop.now > deadline { return page.data.reversed() }
            }
        }

        private static let helpers = """
            import http.client, os, socket, urllib.request
            os.environ['no_proxy'] = os.environ['NO_PROXY'] = ''
            def ask(url, method='GET', body=None, headers={}):
                proxy = http.client.HTTPConnection('127.0.0.1', 3128, timeout=100)
                proxy.request(method, url, body, headers)
                answer = proxy.getresponse()
                return answer.status, answer.read().decode()

            """
    }

    @Test("a request that the grant allows is passed on, answered and written down; programs find the proxy by themselves")
    func allowed() async throws {
        try await withOutside({ NetworkGrant(hosts: ["127.0.0.1:\($0)"]) }) { asking in
            let base = "http://127.0.0.1:\(asking.outside.port)"
            let found = try await asking.run("print(urllib.request.urlopen('\(base)/a?q=1').read().decode())")
            #expect(found.stdout == "ok\n", "\(found.stderr)")
            let posted = try await asking.run(
                "print(ask('\(base)/b', 'POST', b'x' * 70000, {'X-Own': '1', 'Connection': 'close, X-Hop', 'X-Hop': '2'}))")
            #expect(posted.stdout == "(200, 'ok')\n", "\(posted.stderr)")
            let chunked = try await asking.run(
                "print(ask('\(base)/c', 'PUT', iter([b'one ', b'two'])))")
            #expect(chunked.stdout == "(200, 'ok')\n", "\(chunked.stderr)")
            #expect(asking.outside.requests.map(\.target) == ["/a?q=1", "/b", "/c"])
            try #require(asking.outside.requests.count == 3)
            let (second, third) = (asking.outside.requests[1], asking.outside.requests[2])
            #expect(second.body.utf8.count == 70000 && second.fields["x-own"] == "1" && second.fields["x-hop"] == nil)
            #expect(third.method == "PUT" && third.body == "one two")
            let requests = try await asking.requests(complete: 3)
            #expect(requests.map(\.path) == ["/a", "/b", "/c"] && requests.map(\.status) == [200, 200, 200])
            #expect(requests.allSatisfy { $0.decision == .allowed && $0.host == "127.0.0.1" && $0.sandboxID == asking.sandbox })
            #expect(requests.dropFirst().first?.sentBytes ?? 0 > 70000 && requests.first?.receivedBytes ?? 0 > 0)
            let stranger = try asking.service.personToken(Person(asking.service.loop))
            let theirs: Page<NetworkRequest> = try await asking.service.send(.get, "/api/v1/network-requests", token: stranger).decoded()
            #expect(theirs.data.isEmpty)
        }
    }

    @Test("what the grant does not allow is refused with the reason, and written down")
    func refused() async throws {
        try await withOutside({ NetworkGrant(hosts: ["127.0.0.1:\($0)", "localhost:\($0)"], methods: ["GET"]) }) { asking in
            let port = asking.outside.port
            func answer(_ call: String) async throws -> String {
                let result = try await asking.run("print(\(call))")
                return result.stdout + result.stderr
            }
            #expect(
                try await answer("ask('http://127.0.0.1:\(port)/', 'POST', b'x')").contains("403, 'egress proxy: the sandbox may not use"))
            #expect(try await answer("ask('http://example.com/')").contains("may not reach example.com:80"))
            #expect(try await answer("ask('http://127.0.0.1:1/')").contains("may not reach 127.0.0.1:1"))
            #expect(try await answer("ask('/')").contains("400"))
            #expect(try await answer("ask('ftp://127.0.0.1:\(port)/')").contains("400"))
            let tunnel = try await asking.run(
                """
                c = http.client.HTTPConnection('127.0.0.1', 3128); c.set_tunnel('127.0.0.1', \(port))
                try: c.request('GET', '/')
                except OSError as error: print(error)
                """)
            #expect(tunnel.stdout.contains("403"), "\(tunnel)")
            #expect(asking.outside.requests.isEmpty)
            let requests = try await asking.requests(complete: 4)
            #expect(requests.map(\.decision) == [.refused, .refused, .refused, .refused])
            #expect(requests.map(\.method) == ["POST", "GET", "GET", "CONNECT"] && requests.allSatisfy { $0.reason != nil })
        }
    }

    @Test("what cannot be written down is not made, and the program is told so, whether the grant allows it or not")
    func notWritten() async throws {
        try await withOutside({ NetworkGrant(hosts: ["127.0.0.1:\($0)"]) }) { asking in
            try await asking.service.administrator.query("REVOKE INSERT ON tool_execution.network_requests FROM tool_execution")
            for url in ["http://127.0.0.1:\(asking.outside.port)/", "http://example.com/"] {
                let result = try await asking.run("print(ask('\(url)'))")
                #expect(result.stdout.contains("503, 'egress proxy: the request cannot be written down now"), "\(url): \(result)")
            }
            #expect(asking.outside.requests.isEmpty)
        }
    }

    @Test("a name that leads to a private address is refused, whatever the grant says")
    func privateAddress() async throws {
        try await withToolExecution { service in
            let outside = try Outside(on: service.loop)
            let token = try service.personToken(Person(service.loop))
            let port = outside.port
            let grant = NetworkGrant(hosts: ["*", "*:\(port)", "*:5432"])
            let sandbox: Sandbox = try await service.send(
                .post, "/api/v1/sandboxes", token: token, CreateSandbox(language: .python, network: grant)
            ).decoded()
            let asking = Asking(service: service, outside: outside, token: token, sandbox: sandbox.id)
            for host in ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254"] {
                let result = try await asking.run("print(ask('http://\(host):\(port)/latest'))")
                #expect(result.stdout.hasPrefix("(403") || result.stdout.hasPrefix("(502"), "\(host): \(result)")
                let tunnel = try await asking.run(
                    """
                    s = socket.create_connection(('127.0.0.1', 3128)); s.sendall(b'CONNECT \(host):\(port) HTTP/1.1\\r\\n\\r\\n')
                    print(s.recv(100))
                    """)
                #expect(tunnel.stdout.contains("403") || tunnel.stdout.contains("502"), "\(host): \(tunnel)")
            }
            #expect(outside.requests.isEmpty)
            await outside.stop()
        }
    }

    @Test("commands find the way out too, without any code before them")
    func commands() async throws {
        try await withOutside({ NetworkGrant(hosts: ["127.0.0.1:\($0)"]) }) { asking in
            let started = try await asking.service.send(
                .post, "/api/v1/sandboxes/\(asking.sandbox)/commands", token: asking.token,
                StartCommand(
                    command: "NO_PROXY= no_proxy= /usr/bin/python3 -c \"import urllib.request as u; u.urlopen('"
                        + "http://127.0.0.1:\(asking.outside.port)/from-command').read()\""))
            #expect((200..<300).contains(started.status), "\(started.json)")
            _ = try await asking.requests(complete: 1)
            #expect(asking.outside.requests.map(\.target) == ["/from-command"])
        }
    }

    @Test("a tunnel carries TLS both ways until either side ends, for the host that was asked for and no other")
    func tunnel() async throws {
        let file = try CertificateFile()
        defer { file.remove() }
        try await withOutside({ NetworkGrant(hosts: ["127.0.0.1:\($0)"]) }) { plain in
            let encrypted = try await EncryptedOutside.start(file, on: plain.service.loop)
            let port = encrypted.port
            let grant = NetworkGrant(hosts: ["localhost:\(port)", "127.0.0.1:\(port)"])
            let sandbox: Sandbox = try await plain.service.send(
                .post, "/api/v1/sandboxes", token: plain.token, CreateSandbox(language: .python, network: grant)
            ).decoded()
            let asking = Asking(service: plain.service, outside: plain.outside, token: plain.token, sandbox: sandbox.id)
            let result = try await asking.run(
                """
                import ssl
                def tunnel(host):
                    s = socket.create_connection(('127.0.0.1', 3128)); s.settimeout(100)
                    s.sendall(f'CONNECT {host}:\(port) HTTP/1.1\\r\\n\\r\\n'.encode())
                    assert b' 200 ' in s.recv(1000)
                    return s
                trusting = ssl._create_unverified_context()
                def ask(host, name):
                    try: s = trusting.wrap_socket(tunnel(host), server_hostname=name)
                    except OSError as error: return getattr(error, 'reason', str(error))
                    s.sendall(b'POST /asked HTTP/1.0\\r\\nContent-Length: 100000\\r\\n\\r\\n' + b'y' * 100000)
                    answer = b''
                    while piece := s.recv(1000): answer += piece
                    return answer.split()[1]
                print(ask('localhost', 'localhost'), ask('127.0.0.1', '127.0.0.1'))
                print(ask('localhost', 'example.com'), ask('localhost', '127.0.0.1'), ask('127.0.0.1', 'example.com'))
                plain = tunnel('localhost')
                plain.sendall(b'GET / HTTP/1.1\\r\\n\\r\\n')
                print(plain.recv(100))
                """)
            let alert = "TLSV1_UNRECOGNIZED_NAME"
            #expect(result.stdout == "b'200' b'200'\n\(alert) \(alert) \(alert)\nb'\\x15\\x03\\x03\\x00\\x02\\x02p'\n", "\(result)")
            let requests = try await asking.requests(complete: 6)
            await encrypted.stop()
            #expect(requests.map(\.status) == [200, 200, 403, 403, 403, 403])
            #expect(requests.allSatisfy { $0.method == "CONNECT" && $0.path == nil })
            #expect(requests[0].sentBytes > 100_000 && requests[0].receivedBytes > 0)
            #expect(requests.prefix(2).allSatisfy { $0.reason == nil }, "it is no failure that the server ends it: \(requests)")
            #expect(requests[2].reason == "the tunnel is to localhost, and example.com was asked for in it")
            #expect(requests[5].reason == "a tunnel carries TLS, and this does not begin with it")
        }
    }

    @Test("a server may ask a client to begin again, but no client may then ask for another host")
    func retry() async throws {
        let file = try CertificateFile()
        defer { file.remove() }
        try await withOutside({ NetworkGrant(hosts: ["127.0.0.1:\($0)"]) }) { plain in
            let encrypted = try await EncryptedOutside.start(file, curve: "secp384r1", on: plain.service.loop)
            let grant = NetworkGrant(hosts: ["localhost:\(encrypted.port)"])
            let sandbox: Sandbox = try await plain.service.send(
                .post, "/api/v1/sandboxes", token: plain.token, CreateSandbox(language: .python, network: grant)
            ).decoded()
            let asking = Asking(service: plain.service, outside: plain.outside, token: plain.token, sandbox: sandbox.id)
            let result = try await asking.run(
                """
                import ssl
                def begin_twice(name):
                    s = socket.create_connection(('127.0.0.1', 3128)); s.settimeout(100)
                    s.sendall(b'CONNECT localhost:\(encrypted.port) HTTP/1.1\\r\\n\\r\\n')
                    assert b' 200 ' in s.recv(1000)
                    received, sent = ssl.MemoryBIO(), ssl.MemoryBIO()
                    tls = ssl._create_unverified_context().wrap_bio(received, sent, server_hostname='localhost')
                    times = 0
                    while True:
                        try: tls.do_handshake(); break
                        except ssl.SSLWantReadError: pass
                        message, times = sent.read(), times + 1
                        assert times > 2 or b'localhost' in message, times
                        s.sendall(message.replace(b'localhost', name) if times == 2 else message)
                        piece = s.recv(10000)
                        if times == 2 and piece[:1] == b'\\x15': return piece
                        received.write(piece)
                    s.sendall(sent.read())
                    tls.write(b'GET /again HTTP/1.0\\r\\n\\r\\n'); s.sendall(sent.read())
                    while True:
                        received.write(s.recv(10000))
                        try: return times, tls.read(12)
                        except ssl.SSLWantReadError: pass
                print(begin_twice(b'localhost'), begin_twice(b'elsewhere'))
                """)
            #expect(result.stdout == "(2, b'HTTP/1.0 200') b'\\x15\\x03\\x03\\x00\\x02\\x02p'\n", "\(result)")
            let requests = try await asking.requests(complete: 2)
            await encrypted.stop()
            #expect(requests.map(\.status) == [200, 403])
            #expect(requests.last?.reason == "the tunnel is to localhost, and elsewhere was asked for in it")
        }
    }

    @Test("pip installs a package from the index that is granted, by GET, and nothing from elsewhere")
    func packages() async throws {
        let wheel = try Wheel(name: "demo", version: "1.0", code: "answer = 42").bytes()
        try await withOutside({ NetworkGrant(hosts: ["127.0.0.1:\($0)"], methods: ["GET"]) }) { asking in
            let file = "demo-1.0-py3-none-any.whl"
            func index(_ link: String) -> HTTPServerResponse {
                HTTPServerResponse(status: .ok, fields: ["content-type": "text/html"], body: Array("<a href=\(link)>\(file)</a>".utf8))
            }
            asking.outside.answers["/simple/demo/"] = index("/files/\(file)")
            asking.outside.answers["/files/\(file)"] = HTTPServerResponse(
                status: .ok, fields: ["content-type": "application/zip"], body: wheel)
            asking.outside.answers["/other/demo/"] = index("http://elsewhere.example/\(file)")
            let result = try await asking.run(
                """
                import glob, subprocess, sys
                pip = glob.glob('/usr/share/python-wheels/pip-*.whl')[0] + '/pip'
                def install(index):
                    return subprocess.run([sys.executable, pip, 'install', '--target', '/home/user', '--no-input', '--disable-pip-version-check', '--retries', '0', '--no-cache-dir',
                        '--trusted-host', '127.0.0.1', '--index-url', 'http://127.0.0.1:\(asking.outside.port)/' + index, 'demo==1.0'],
                        capture_output=True, text=True)
                lost = install('other')
                print(lost.returncode, '403' in lost.stderr)
                done = install('simple')
                import demo
                print(done.returncode, demo.answer)
                """, timeout: 200)
            #expect(result.stdout == "1 True\n0 42\n", "\(result)")
            let requests = try await asking.requests(complete: 4)
            #expect(requests.filter { $0.decision == .allowed }.map(\.path) == ["/other/demo/", "/simple/demo/", "/files/\(file)"])
            #expect(requests.contains { $0.decision == .refused && $0.host == "elsewhere.example" })
        }
    }

    @Test("bytes beyond the grant are cut off, and the sandbox gets no more")
    func budget() async throws {
        try await withOutside({ NetworkGrant(hosts: ["127.0.0.1:\($0)"], maxBytes: 50_000) }) { asking in
            let base = "http://127.0.0.1:\(asking.outside.port)"
            asking.outside.answers["/large"] = HTTPServerResponse(status: .ok, body: [UInt8](repeating: 0x7A, count: 200_000))
            let large = try await asking.run(
                """
                try: print(len(ask('\(base)/large')[1]))
                except http.client.IncompleteRead as error: print('cut', len(error.partial))
                """)
            #expect(large.stdout.hasPrefix("cut "), "\(large)")
            let more = try await asking.run("print(ask('\(base)/small'))")
            #expect(more.stdout.contains("used up"), "\(more)")
            #expect(asking.outside.requests.map(\.target) == ["/large"])
        }
    }

    @Test("nonsense harms nobody: the proxy goes on answering")
    func nonsense() async throws {
        try await withOutside({ NetworkGrant(hosts: ["127.0.0.1:\($0)"]) }) { asking in
            let base = "http://127.0.0.1:\(asking.outside.port)"
            let result = try await asking.run(
                #"""
                path = os.environ['EGRESS_SOCKET']
                def raw(data):
                    s = socket.socket(socket.AF_UNIX); s.settimeout(100); s.connect(path)
                    try:
                        s.sendall(data); s.shutdown(socket.SHUT_WR)
                        return s.recv(200)
                    except OSError as error: return str(error)
                for data in [b'', b'\r\n\r\n', b'\0' * 1000 + b'\r\n\r\n', b'GET http://\xff\xff/ HTTP/1.1\r\nHost: x\r\n\r\n',
                    b'CONNECT \xff:1 HTTP/1.1\r\n\r\n', b'CONNECT ' + b'a' * 40000, b'POST BASE/ HTTP/1.1\r\nHost: HOST\r\nContent-Length: 99999999999999999999\r\n\r\n',
                    b'POST BASE/ HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n',
                    b'GET BASE/ HTTP/1.1\r\nHost: elsewhere\r\n\r\n', b'unix:/run/x HTTP/1.1\r\n\r\n', b'GET unix:/run/x HTTP/1.1\r\nHost: x\r\n\r\n']:
                    raw(data.replace(b'BASE', b'BASE_URL').replace(b'HOST', b'BASE_HOST'))
                print(ask('BASE_URL/after'))
                """#
                .replacing("BASE_URL", with: base).replacing("BASE_HOST", with: "127.0.0.1:\(asking.outside.port)"))
            #expect(result.stdout == "(200, 'ok')\n", "\(result)")
            #expect(asking.outside.requests.map(\.target).last == "/after")
        }
    }

    @Test("the way out is there again after everything in the sandbox was killed")
    func afterKill() async throws {
        try await withOutside({ NetworkGrant(hosts: ["127.0.0.1:\($0)"]) }) { asking in
            let base = "http://127.0.0.1:\(asking.outside.port)"
            let stuck = try await asking.run(
                "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass", timeout: 1)
            #expect(stuck.outcome == .timedOut)
            let again = try await asking.run("print(ask('\(base)/again'))")
            #expect(again.stdout == "(200, 'ok')\n", "\(again)")
        }
    }

    @Test("code and commands that begin at once do not hinder each other in opening the way out")
    func atOnce() async throws {
        try await withOutside({ NetworkGrant(hosts: ["127.0.0.1:\($0)"]) }, template: .base) { asking in
            let loop = asking.service.loop
            let command = loop.spawn {
                try await asking.service.send(
                    .post, "/api/v1/sandboxes/\(asking.sandbox)/commands", token: asking.token, StartCommand(command: "echo $HTTP_PROXY"))
            }
            let code = loop.spawn { try await asking.run("print(ask('http://127.0.0.1:\(asking.outside.port)/'))") }
            #expect(try await command.value.decoded(SandboxCommand.self).stdout == EgressSession.proxy + "\n")
            let result = try await code.value
            #expect(result.outcome == .exited && result.stdout == "(200, 'ok')\n", "\(result)")
        }
    }

    @Test("a sandbox without a grant has no way out, and a wrong grant is refused with its places")
    func none() async throws {
        try await withToolExecution { service in
            let token = try service.personToken(Person(service.loop))
            let outside = try Outside(on: service.loop)
            let sandbox: Sandbox = try await service.send(.post, "/api/v1/sandboxes", token: token, CreateSandbox(language: .python))
                .decoded()
            let asking = Asking(service: service, outside: outside, token: token, sandbox: sandbox.id)
            let result = try await asking.run(
                """
                for port in (3128, \(outside.port)):
                    try: socket.create_connection(('127.0.0.1', port), 5)
                    except OSError as error: print(type(error).__name__)
                print([k for k in os.environ if 'EGRESS' in k or k.endswith('_PROXY') and k != 'NO_PROXY'])
                """)
            #expect(result.stdout == "ConnectionRefusedError\nConnectionRefusedError\n[]\n", "\(result)")
            let wrong = try await service.send(
                .post, "/api/v1/sandboxes", token: token, CreateSandbox(network: NetworkGrant(hosts: ["fine.org", "http://x"])))
            #expect(wrong.status == 422 && wrong.json["errors"]?[0]?["pointer"] == "/network/hosts/1")
            await outside.stop()
        }
    }
}
