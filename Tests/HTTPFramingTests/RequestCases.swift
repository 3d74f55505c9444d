import Testing

/// Requests that parsers have been known to read differently, and what three parsers make of them.
///
/// `ours` and `llhttp` are `ok N` (N complete requests), `wait` (none complete, none refused) or, for ours, the
/// status of the refusal, for llhttp `refused`. `nginx` lists the statuses of its answers, `-` for none.
struct RequestCase: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: String
    let ours: String
    let llhttp: String
    let nginx: String

    var testDescription: String { name }

    init(_ name: String, _ bytes: String, ours: String, llhttp: String, nginx: String) {
        self.name = name
        self.bytes = bytes
        self.ours = ours
        self.llhttp = llhttp
        self.nginx = nginx
    }
}

private let get = "GET / HTTP/1.1\r\nHost: a\r\n"
private let post = "POST / HTTP/1.1\r\nHost: a\r\n"
private let chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"

let requestCases: [RequestCase] = wellFormed + bodyLengths + chunks + fieldLines + startLines + hosts + sizes

private let wellFormed = [
    RequestCase("a plain request", get + "\r\n", ours: "ok 1", llhttp: "ok 1", nginx: "200"),
    RequestCase("two pipelined requests", get + "\r\n" + get + "\r\n", ours: "ok 2", llhttp: "ok 2", nginx: "200,200"),
    RequestCase("a body of a known length", post + "Content-Length: 3\r\n\r\nabc", ours: "ok 1", llhttp: "ok 1", nginx: "200"),
    RequestCase("a length of zero", post + "Content-Length: 0\r\n\r\n", ours: "ok 1", llhttp: "ok 1", nginx: "200"),
    RequestCase("a body in chunks", chunked + "3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n", ours: "ok 1", llhttp: "ok 1", nginx: "200"),
    RequestCase("chunks and a trailer", chunked + "3\r\nabc\r\n0\r\nDigest: x\r\n\r\n", ours: "ok 1", llhttp: "ok 1", nginx: "200"),
    RequestCase("a chunk extension", chunked + "3;a=b\r\nabc\r\n0\r\n\r\n", ours: "ok 1", llhttp: "ok 1", nginx: "200"),
    RequestCase("an empty line before the request", "\r\n" + get + "\r\n", ours: "ok 1", llhttp: "ok 1", nginx: "200"),
    RequestCase("HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n", ours: "ok 1", llhttp: "ok 1", nginx: "200"),
    RequestCase(
        "a request after Connection: close", get + "Connection: close\r\n\r\n" + get + "\r\n", ours: "ok 1", llhttp: "refused", nginx: "200"
    ),
    RequestCase("an empty field value", get + "X:\r\n\r\n", ours: "ok 1", llhttp: "ok 1", nginx: "200"),
    RequestCase("white space around a value", get + "X: \t a b \t \r\n\r\n", ours: "ok 1", llhttp: "ok 1", nginx: "200"),
    RequestCase("bytes above ASCII in a value", get + "X: \u{e9}\r\n\r\n", ours: "ok 1", llhttp: "ok 1", nginx: "200"),
    RequestCase("an absolute target", "GET http://a/b HTTP/1.1\r\nHost: a\r\n\r\n", ours: "ok 1", llhttp: "ok 1", nginx: "200"),
    RequestCase("OPTIONS *", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", ours: "ok 1", llhttp: "ok 1", nginx: "400"),
    RequestCase("a method of its own", "PURGE / HTTP/1.1\r\nHost: a\r\n\r\n", ours: "ok 1", llhttp: "ok 1", nginx: "200"),
    RequestCase(
        "Transfer-Encoding in capitals", post + "TRANSFER-ENCODING: CHUNKED\r\n\r\n0\r\n\r\n", ours: "ok 1", llhttp: "ok 1", nginx: "200"),
]

private let bodyLengths = [
    RequestCase(
        "Content-Length and Transfer-Encoding", post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", ours: "400",
        llhttp: "refused", nginx: "400"),
    RequestCase(
        "Transfer-Encoding and Content-Length", post + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n", ours: "400",
        llhttp: "refused", nginx: "400"),
    RequestCase(
        "two differing lengths", post + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", ours: "400", llhttp: "refused", nginx: "400"),
    RequestCase(
        "two equal lengths", post + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", ours: "400", llhttp: "refused", nginx: "400"),
    RequestCase(
        "white space before the colon of a length", post + "Content-Length : 3\r\n\r\nabc", ours: "400", llhttp: "refused", nginx: "400"),
    RequestCase("a length with a plus sign", post + "Content-Length: +3\r\n\r\nabc", ours: "400", llhttp: "refused", nginx: "400"),
    RequestCase("a negative length", post + "Content-Length: -3\r\n\r\nabc", ours: "400", llhttp: "refused", nginx: "400"),
    RequestCase("a list of lengths", post + "Content-Length: 3, 3\r\n\r\nabc", ours: "400", llhttp: "refused", nginx: "400"),
    RequestCase("white space inside a length", post + "Content-Length: 3 3\r\n\r\nabc", ours: "400", llhttp: "refused", nginx: "400"),
    RequestCase("a hexadecimal length", post + "Content-Length: 0x3\r\n\r\nabc", ours: "400", llhttp: "refused", nginx: "400"),
    RequestCase("an empty length", post + "Content-Length:\r\n\r\nabc", ours: "400", llhttp: "refused", nginx: "400"),
    RequestCase(
        "a length that overflows", post + "Content-Length: 18446744073709551619\r\n\r\nabc", ours: "400", llhttp: "refused", nginx: "400"),
    RequestCase(
        "Transfer-Encoding: xchunked", post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", ours: "501", llhttp: "refused", nginx: "501"),
    RequestCase(
        "Transfer-Encoding: chunked, identity", post + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", ours: "501",
        llhttp: "refused", nginx: "501"),
    RequestCase("Transfer-Encoding: identity", post + "Transfer-Encoding: identity\r\n\r\n", ours: "501", llhttp: "refused", nginx: "501"),
    RequestCase(
        "Transfer-Encoding: gzip, chunked", post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", ours: "501", llhttp: "ok 1",
        nginx: "501"),
    RequestCase(
        "Transfer-Encoding twice", post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", ours: "400",
        llhttp: "refused", nginx: "400"),
    RequestCase(
        "Transfer-Encoding quoted", post + "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n", ours: "501", llhttp: "refused", nginx: "501"),
    RequestCase(
        "Transfer-Encoding with a vertical tab", post + "Transfer-Encoding: \u{0B}chunked\r\n\r\n0\r\n\r\n", ours: "400", llhttp: "refused",
        nginx: "501"),
    RequestCase(
        "white space before the colon of a coding", post + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", ours: "400", llhttp: "refused",
        nginx: "400"),
    RequestCase(
        "Transfer-Encoding on HTTP/1.0", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", ours: "400",
        llhttp: "ok 1", nginx: "400"),
    RequestCase("an expectation nobody knows", get + "Expect: 200-maybe\r\n\r\n", ours: "417", llhttp: "ok 1", nginx: "200"),
]

private let chunks = [
    RequestCase("a chunk size that is no number", chunked + "g\r\nabc\r\n0\r\n\r\n", ours: "400", llhttp: "refused", nginx: "400"),
    RequestCase("an empty chunk size", chunked + "\r\nabc\r\n0\r\n\r\n", ours: "400", llhttp: "refused", nginx: "400"),
    RequestCase("a chunk size with a prefix", chunked + "0x3\r\nabc\r\n0\r\n\r\n", ours: "400", llhttp: "refused", nginx: "400"),
    RequestCase("a chunk size with a sign", chunked + "+3\r\nabc\r\n0\r\n\r\n", ours: "400", llhttp: "refused", nginx: "400"),
    RequestCase("a negative chunk size", chunked + "-3\r\nabc\r\n0\r\n\r\n", ours: "400", llhttp: "refused", nginx: "400"),
    RequestCase(
        "a chunk size that overflows", chunked + "10000000000000003\r\nabc\r\n0\r\n\r\n", ours: "400", llhttp: "refused", nginx: "400"),
    RequestCase(
        "a chunk size beyond any body", chunked + "fffffffffffffff0\r\nabc\r\n0\r\n\r\n", ours: "400", llhttp: "wait", nginx: "400"),
    RequestCase("white space before a chunk size", chunked + " 3\r\nabc\r\n0\r\n\r\n", ours: "400", llhttp: "refused", nginx: "400"),
    RequestCase("white space after a chunk size", chunked + "3 \r\nabc\r\n0\r\n\r\n", ours: "400", llhttp: "refused", nginx: "200"),
    RequestCase("a chunk size ended by a bare line feed", chunked + "3\nabc\r\n0\r\n\r\n", ours: "400", llhttp: "refused", nginx: "200"),
    RequestCase(
        "a chunk size ended by a bare carriage return", chunked + "3\rabc\r\n0\r\n\r\n", ours: "400", llhttp: "refused", nginx: "400"),
    RequestCase("a chunk extension with a bare line feed", chunked + "3;a\nabc\r\n0\r\n\r\n", ours: "400", llhttp: "refused", nginx: "200"),
    RequestCase(
        "a chunk extension with a bare carriage return", chunked + "3;a\rb\r\nabc\r\n0\r\n\r\n", ours: "400", llhttp: "refused",
        nginx: "400"),
    RequestCase("chunk data longer than its size", chunked + "3\r\nabcd\r\n0\r\n\r\n", ours: "400", llhttp: "refused", nginx: "400"),
    RequestCase("chunk data ended by a bare line feed", chunked + "3\r\nabc\n0\r\n\r\n", ours: "400", llhttp: "refused", nginx: "200"),
    RequestCase(
        "chunk data ended by a bare carriage return", chunked + "3\r\nabc\r0\r\n\r\n", ours: "400", llhttp: "refused", nginx: "400"),
    RequestCase("a chunk size without an end", chunked + "3", ours: "wait", llhttp: "wait", nginx: "-"),
    RequestCase("a chunk that is cut off", chunked + "3\r\nab", ours: "wait", llhttp: "wait", nginx: "-"),
    RequestCase("a last chunk without its empty line", chunked + "0\r\n", ours: "wait", llhttp: "wait", nginx: "-"),
    RequestCase("a length in a trailer", chunked + "0\r\nContent-Length: 3\r\n\r\n", ours: "400", llhttp: "refused", nginx: "200"),
    RequestCase("a folded trailer", chunked + "0\r\nA: b\r\n c\r\n\r\n", ours: "400", llhttp: "refused", nginx: "200"),
    RequestCase("a trailer without a colon", chunked + "0\r\nA\r\n\r\n", ours: "400", llhttp: "refused", nginx: "200"),
    RequestCase(
        "chunk extensions of 64 KB", chunked + "3;" + String(repeating: "a", count: 65536) + "\r\nabc\r\n0\r\n\r\n", ours: "400",
        llhttp: "ok 1", nginx: "200"),
]

private let fieldLines = [
    RequestCase("a folded field", get + "A: b\r\n c\r\n\r\n", ours: "400", llhttp: "refused", nginx: "400"),
    RequestCase("a folded first field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", ours: "400", llhttp: "refused", nginx: "400"),
    RequestCase("a bare carriage return in a value", get + "A: b\rc\r\n\r\n", ours: "400", llhttp: "refused", nginx: "400"),
    RequestCase("a bare carriage return before a field", get + "\rA: b\r\n\r\n", ours: "400", llhttp: "refused", nginx: "400"),
    RequestCase("a field line ended by a bare line feed", get + "A: b\n\r\n", ours: "400", llhttp: "refused", nginx: "200"),
    RequestCase("a head ended by a bare line feed", get + "\n", ours: "400", llhttp: "refused", nginx: "200"),
    RequestCase("a NUL in a value", get + "A: b\0c\r\n\r\n", ours: "400", llhttp: "refused", nginx: "400"),
    RequestCase("a control byte in a value", get + "A: b\u{01}c\r\n\r\n", ours: "400", llhttp: "refused", nginx: "200"),
    RequestCase("a DEL in a value", get + "A: b\u{7F}c\r\n\r\n", ours: "400", llhttp: "refused", nginx: "200"),
    RequestCase("a NUL in a name", get + "A\0: b\r\n\r\n", ours: "400", llhttp: "refused", nginx: "400"),
    RequestCase("a space before a colon", get + "A : b\r\n\r\n", ours: "400", llhttp: "refused", nginx: "400"),
    RequestCase("a tab before a colon", get + "A\t: b\r\n\r\n", ours: "400", llhttp: "refused", nginx: "400"),
    RequestCase("a space in a name", get + "A b: c\r\n\r\n", ours: "400", llhttp: "refused", nginx: "400"),
    RequestCase("a name of nothing", get + ": b\r\n\r\n", ours: "400", llhttp: "refused", nginx: "400"),
    RequestCase("a line without a colon", get + "A\r\n\r\n", ours: "400", llhttp: "refused", nginx: "200"),
    RequestCase("a name outside ASCII", get + "\u{e9}: b\r\n\r\n", ours: "400", llhttp: "refused", nginx: "200"),
    RequestCase("a parenthesis in a name", get + "A(: b\r\n\r\n", ours: "400", llhttp: "refused", nginx: "200"),
]

private let startLines = [
    RequestCase("a control byte in the target", "GET /\u{01} HTTP/1.1\r\nHost: a\r\n\r\n", ours: "400", llhttp: "refused", nginx: "400"),
    RequestCase("a NUL in the target", "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n", ours: "400", llhttp: "refused", nginx: "400"),
    RequestCase("a tab in the target", "GET /\ta HTTP/1.1\r\nHost: a\r\n\r\n", ours: "400", llhttp: "refused", nginx: "400"),
    RequestCase("a space in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", ours: "400", llhttp: "refused", nginx: "400"),
    RequestCase("a target outside ASCII", "GET /\u{e9} HTTP/1.1\r\nHost: a\r\n\r\n", ours: "400", llhttp: "refused", nginx: "200"),
    RequestCase("a fragment in the target", "GET /#a HTTP/1.1\r\nHost: a\r\n\r\n", ours: "400", llhttp: "ok 1", nginx: "200"),
    RequestCase("a target without a slash", "GET a HTTP/1.1\r\nHost: a\r\n\r\n", ours: "400", llhttp: "refused", nginx: "400"),
    RequestCase("GET *", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", ours: "400", llhttp: "ok 1", nginx: "400"),
    RequestCase("CONNECT", "CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n", ours: "501", llhttp: "ok 1", nginx: "400"),
    RequestCase("two spaces after the method", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", ours: "400", llhttp: "ok 1", nginx: "200"),
    RequestCase("two spaces before the version", "GET /  HTTP/1.1\r\nHost: a\r\n\r\n", ours: "400", llhttp: "ok 1", nginx: "200"),
    RequestCase("a space after the version", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", ours: "400", llhttp: "refused", nginx: "200"),
    RequestCase("a space before the method", " GET / HTTP/1.1\r\nHost: a\r\n\r\n", ours: "400", llhttp: "refused", nginx: "400"),
    RequestCase("no version", "GET /\r\nHost: a\r\n\r\n", ours: "400", llhttp: "ok 1", nginx: "-"),
    RequestCase("HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", ours: "505", llhttp: "ok 1", nginx: "505"),
    RequestCase("HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", ours: "505", llhttp: "refused", nginx: "200"),
    RequestCase("a version in lower case", "GET / http/1.1\r\nHost: a\r\n\r\n", ours: "400", llhttp: "refused", nginx: "400"),
    RequestCase("a version of three digits", "GET / HTTP/1.10\r\nHost: a\r\n\r\n", ours: "400", llhttp: "refused", nginx: "200"),
    RequestCase("a method with a bracket", "GE[T / HTTP/1.1\r\nHost: a\r\n\r\n", ours: "400", llhttp: "refused", nginx: "400"),
    RequestCase("a start line ended by a bare line feed", "GET / HTTP/1.1\nHost: a\r\n\r\n", ours: "400", llhttp: "refused", nginx: "200"),
    RequestCase("two empty lines before the request", "\r\n\r\n" + get + "\r\n", ours: "400", llhttp: "ok 1", nginx: "200"),
    RequestCase("a bare line feed before the request", "\n" + get + "\r\n", ours: "400", llhttp: "ok 1", nginx: "200"),
    RequestCase("the greeting of TLS", "\u{16}\u{03}\u{01}\u{02}\0\u{01}\n", ours: "400", llhttp: "refused", nginx: "400"),
]

private let hosts = [
    RequestCase("no Host", "GET / HTTP/1.1\r\n\r\n", ours: "400", llhttp: "ok 1", nginx: "400"),
    RequestCase("two Hosts", get + "Host: b\r\n\r\n", ours: "400", llhttp: "ok 1", nginx: "400"),
    RequestCase("two equal Hosts", get + "Host: a\r\n\r\n", ours: "400", llhttp: "ok 1", nginx: "400"),
    RequestCase("two Hosts on HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", ours: "400", llhttp: "ok 1", nginx: "400"),
    RequestCase("an empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", ours: "400", llhttp: "ok 1", nginx: "400"),
    RequestCase("a slash in Host", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", ours: "400", llhttp: "ok 1", nginx: "400"),
    RequestCase("a space in Host", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", ours: "400", llhttp: "ok 1", nginx: "400"),
    RequestCase("a user in Host", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", ours: "400", llhttp: "ok 1", nginx: "200"),
    RequestCase(
        "an absolute target for another Host", "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n", ours: "400", llhttp: "ok 1", nginx: "200"),
    RequestCase(
        "an absolute target of another scheme", "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", ours: "400", llhttp: "ok 1", nginx: "200"),
]

private let sizes = [
    RequestCase(
        "a field of 64 KB", get + "A: " + String(repeating: "b", count: 65536) + "\r\n\r\n", ours: "431", llhttp: "ok 1", nginx: "400"),
    RequestCase("500 fields", get + String(repeating: "A: b\r\n", count: 500) + "\r\n", ours: "431", llhttp: "ok 1", nginx: "200"),
    RequestCase(
        "a target of 64 KB", "GET /" + String(repeating: "a", count: 65536) + " HTTP/1.1\r\nHost: a\r\n\r\n", ours: "414", llhttp: "ok 1",
        nginx: "414"),
    RequestCase(
        "a head of 64 KB without an end", get + "A: " + String(repeating: "b", count: 65536), ours: "431", llhttp: "wait", nginx: "400"),
]
