internal import CCurl
internal import HTTPClient

/// Owns one easy handle of curl, the lists it refers to and the text of its last error. Freed when it is released,
/// which must not happen within a callback of its own.
@safe final class CurlHandle {
    let pointer: UnsafeMutableRawPointer
    private var lists: [UnsafeMutablePointer<curl_slist>] = unsafe []
    private let errorText: UnsafeMutablePointer<CChar>

    init() throws {
        guard Self.isInitialized, let pointer = unsafe curl_easy_init() else {
            throw HTTPClientError.transportFailed("curl cannot be set up")
        }
        unsafe self.pointer = pointer
        unsafe errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        try unsafe set(CURLOPT_ERRORBUFFER, UnsafeMutableRawPointer(errorText))
    }

    deinit {
        unsafe curl_easy_cleanup(pointer)
        unsafe lists.forEach { unsafe curl_slist_free_all($0) }
        unsafe errorText.deallocate()
    }

    static let isInitialized = curl_initialize() == CURLE_OK

    private func check(_ code: CURLcode) throws {
        guard code == CURLE_OK else { throw unsafe HTTPClientError.transportFailed(String(cString: curl_easy_strerror(code))) }
    }

    func set(_ option: CURLoption, _ value: Int) throws { try unsafe check(curl_set_long(pointer, option, value)) }
    func setSize(_ option: CURLoption, _ value: Int) throws { try unsafe check(curl_set_offset(pointer, option, curl_off_t(value))) }
    /// curl keeps a copy.
    func set(_ option: CURLoption, _ text: String) throws { try unsafe check(curl_set_string(pointer, option, text)) }
    func set(_ option: CURLoption, _ context: UnsafeMutableRawPointer?) throws {
        try unsafe check(curl_set_pointer(pointer, option, context))
    }
    func set(_ option: CURLoption, _ function: curl_data_function?) throws {
        try unsafe check(curl_set_data_function(pointer, option, function))
    }

    /// Sets a list, which is kept as long as the handle.
    func set(_ option: CURLoption, _ lines: [String]) throws {
        var list: UnsafeMutablePointer<curl_slist>?
        for line in lines {
            guard let longer = unsafe curl_slist_append(list, line) else {
                unsafe curl_slist_free_all(list)
                throw HTTPClientError.transportFailed("out of memory")
            }
            unsafe list = longer
        }
        guard let list = unsafe list else { return }
        unsafe lists.append(list)
        try unsafe check(curl_set_list(pointer, option, list))
    }

    /// Sets the body of the request, of which curl keeps a copy.
    func setBody(_ bytes: ArraySlice<UInt8>) throws {
        try setSize(CURLOPT_POSTFIELDSIZE_LARGE, bytes.count)
        let code = unsafe bytes.withUnsafeBytes { bytes in
            // An empty slice may have no address, and none means something else to curl.
            var empty: UInt8 = 0
            guard let base = bytes.baseAddress else { return unsafe curl_set_pointer(pointer, CURLOPT_COPYPOSTFIELDS, &empty) }
            return unsafe curl_set_pointer(pointer, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: base))
        }
        try check(code)
    }

    /// Lifts both pauses.
    func resume() { _ = unsafe curl_resume(pointer) }

    /// What the result of a transfer means.
    func error(_ code: CURLcode, hasHead: Bool) -> HTTPClientError {
        let detail = unsafe String(cString: errorText)
        let reason = unsafe detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail
        return switch code {
        case CURLE_COULDNT_CONNECT, CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .connectFailed(reason)
        case CURLE_OPERATION_TIMEDOUT: .timedOut(.connection)
        case CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR: hasHead ? .closedWithinResponse : .closedBeforeResponse
        case CURLE_PARTIAL_FILE: .closedWithinResponse
        default: .transportFailed(reason)
        }
    }
}
