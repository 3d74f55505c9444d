internal import HTTPServer

extension LiveSandbox {
    /// Stops the code that writes a log when its client goes away before it has ended: for a request without a key, which nobody can send
    /// again to get the result.
    func stop(_ log: ExecutionLog, without client: HTTPServerRequest) {
        client.whenClientGone { [self] in
            if !log.hasEnded { cancel() }
        }
    }
}
