#pragma once
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

// EVP_CIPHER_CTX_ctrl takes its operation as a macro and its argument untyped.
static inline int openssl_gcm_get_tag(EVP_CIPHER_CTX *_Nonnull context, int length, void *_Nonnull tag) {
    return EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, length, tag);
}

static inline int openssl_gcm_set_tag(EVP_CIPHER_CTX *_Nonnull context, int length, void *_Nonnull tag) {
    return EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, length, tag);
}
