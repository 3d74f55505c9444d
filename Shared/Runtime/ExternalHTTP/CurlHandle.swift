internal import CCurl
internal import HTTPClient

/// Owns one easy handle of curl, the lists it refers to and the text of its last error. Freed when it is released,
/// which must not happen within a callback of its own.
final class CurlHandle {
    let pointer: UnsafeMutableRawPointer
    private var lists: [UnsafeMutablePointer<curl_slist>] = []
    private let errorText: UnsafeMutablePointer<CChar>

    init() throws {
        guard Self.isInitialized, let pointer = curl_easy_init() else { throw HTTPClientError.transportFailed("curl cannot be set up") }
        self.pointer = pointer
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        try set(CURLOPT_ERRORBUFFER, UnsafeMutableRawPointer(errorText))
    }

    deinit {
        curl_easy_cleanup(pointer)
        for list in lists { curl_slist_free_all(list) }
        errorText.deallocate()
    }

    static let isInitialized = curl_initialize() == CURLE_OK

    private func check(_ code: CURLcode) throws {
        guard code == CURLE_OK else { throw HTTPClientError.transportFailed(String(cString: curl_easy_strerror(code))) }
    }

    func set(_ option: CURLoption, _ value: Int) throws { try check(curl_set_long(pointer, option, value)) }
    func setSize(_ option: CURLoption, _ value: Int) throws { try check(curl_set_offset(pointer, option, curl_off_t(value))) }
    /// curl keeps a copy.
    func set(_ option: CURLoption, _ text: String) throws { try check(curl_set_string(pointer, option, text)) }
    func set(_ option: CURLoption, _ context: UnsafeMutableRawPointer?) throws { try check(curl_set_pointer(pointer, option, context)) }
    func set(_ option: CURLoption, _ function: curl_data_function?) throws { try check(curl_set_data_function(pointer, option, function)) }

    /// Sets a list, which is kept as long as the handle.
    func set(_ option: CURLoption, _ lines: [String]) throws {
        var list: UnsafeMutablePointer<curl_slist>?
        for line in lines {
            guard let longer = curl_slist_append(list, line) else {
                curl_slist_free_all(list)
                throw HTTPClientError.transportFailed("out of memory")
            }
            list = longer
        }
        guard let list else { return }
        lists.append(list)
        try check(curl_set_list(pointer, option, list))
    }

    /// Sets the body of the request, of which curl keeps a copy.
    func setBody(_ bytes: ArraySlice<UInt8>) throws {
        try setSize(CURLOPT_POSTFIELDSIZE_LARGE, bytes.count)
        let code = bytes.withUnsafeBytes { bytes in
            // An empty slice may have no address, and none means something else to curl.
            var empty: UInt8 = 0
            guard let base = bytes.baseAddress else { return curl_set_pointer(pointer, CURLOPT_COPYPOSTFIELDS, &empty) }
            return curl_set_pointer(pointer, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: base))
        }
        try check(code)
    }

    /// Lifts both pauses.
    func resume() { _ = curl_resume(pointer) }

    /// What the result of a transfer means.
    func error(_ code: CURLcode, hasHead: Bool) -> HTTPClientError {
        let detail = String(cString: errorText)
        let reason = detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail
        return switch code {
        case CURLE_COULDNT_CONNECT, CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .connectFailed(reason)
        case CURLE_OPERATION_TIMEDOUT: .timedOut(.connection)
        case CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR: hasHead ? .closedWithinResponse : .closedBeforeResponse
        case CURLE_PARTIAL_FILE: .closedWithinResponse
        default: .transportFailed(reason)
        }
    }
}
