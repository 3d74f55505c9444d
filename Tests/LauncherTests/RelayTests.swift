import Support
import Testing

@Suite("The relay to a sandbox's proxy", .blocking, .timeLimit(.minutes(15)))
struct RelayTests {
    @Test("what the proxy said before it ended reaches the program that goes on sending, whatever is ready first")
    func refusal() throws {
        let script = """
            import sys; sys.path.insert(0, sys.argv[1]); sys.dont_write_bytecode = True
            import itertools, relay, selectors, socket
            R, W = selectors.EVENT_READ, selectors.EVENT_WRITE
            for is_read_by_proxy, order in itertools.product((False, True), itertools.permutations('cp')):
                (client, program), (proxy, server) = socket.socketpair(), socket.socketpair()
                program.settimeout(100)
                ends = {'c': relay.End(client), 'p': relay.End(proxy)}
                ends['c'].other, ends['p'].other = ends['p'], ends['c']
                for end in ends.values(): end.sock.setblocking(False)
                program.sendall(b'head')
                relay.move(ends['c'], R)
                relay.move(ends['p'], W)
                if is_read_by_proxy: server.recv(100)
                program.sendall(b'body')
                relay.move(ends['c'], R)
                server.sendall(b'refused')
                server.close()
                while not ends['p'].ended or ends['c'].waiting:
                    for name in order:
                        events = (W if ends[name].waiting else 0) | (R if name == 'p' and not ends['p'].ended else 0)
                        if not relay.move(ends[name], events): break
                print(program.recv(100), program.recv(100))
            """
        let output = try run("/usr/bin/python3", ["-c", script, try CompiledLauncher.shared.get().drivers])
        #expect(output.text == String(repeating: "b'refused' b''\n", count: 4) && output.status == 0)
    }
}
