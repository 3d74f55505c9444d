#pragma once
#include <curl/curl.h>

// curl's setters are variadic, which Swift cannot call: one typed wrapper for each kind of argument.

static inline CURLcode curl_set_long(CURL *handle, CURLoption option, long value) { return curl_easy_setopt(handle, option, value); }
static inline CURLcode curl_set_offset(CURL *handle, CURLoption option, curl_off_t value) { return curl_easy_setopt(handle, option, value); }
static inline CURLcode curl_set_string(CURL *handle, CURLoption option, const char *value) { return curl_easy_setopt(handle, option, value); }
static inline CURLcode curl_set_pointer(CURL *handle, CURLoption option, void *value) { return curl_easy_setopt(handle, option, value); }
static inline CURLcode curl_set_list(CURL *handle, CURLoption option, struct curl_slist *value) { return curl_easy_setopt(handle, option, value); }

typedef size_t (*curl_data_function)(char *bytes, size_t size, size_t count, void *context);
static inline CURLcode curl_set_data_function(CURL *handle, CURLoption option, curl_data_function function) {
    return curl_easy_setopt(handle, option, function);
}

typedef int (*curl_multi_socket_function)(CURL *handle, curl_socket_t socket, int what, void *context, void *socket_context);
typedef int (*curl_multi_timer_function)(CURLM *multi, long milliseconds, void *context);
static inline CURLMcode curl_multi_set_socket_function(CURLM *multi, curl_multi_socket_function function, void *context) {
    CURLMcode code = curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, function);
    return code == CURLM_OK ? curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, context) : code;
}
static inline CURLMcode curl_multi_set_timer_function(CURLM *multi, curl_multi_timer_function function, void *context) {
    CURLMcode code = curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, function);
    return code == CURLM_OK ? curl_multi_setopt(multi, CURLMOPT_TIMERDATA, context) : code;
}
static inline CURLMcode curl_multi_set_long(CURLM *multi, CURLMoption option, long value) { return curl_multi_setopt(multi, option, value); }

/// The result that a message about a finished transfer carries in its union.
static inline CURLcode curl_message_result(const CURLMsg *message) { return message->data.result; }

/// To be called once in a process, before anything else.
static inline CURLcode curl_initialize(void) { return curl_global_init(CURL_GLOBAL_DEFAULT); }

/// The pauses of a transfer are both lifted; whichever callback still has no room or no data pauses it again.
static inline CURLcode curl_resume(CURL *handle) { return curl_easy_pause(handle, CURLPAUSE_CONT); }
