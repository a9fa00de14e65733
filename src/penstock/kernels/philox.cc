// Philox4x32-10: words of a random stream, bit for bit those of ops/philox.py.
//
// Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (2011).
// XLA:CPU has no vectors of 64-bit products at the instruction set that Penstock asks
// for (docs/adr/0005), and computes a draw again wherever it is used.

#include <cstdint>

#include "xla/ffi/api/ffi.h"

namespace {

namespace ffi = xla::ffi;

constexpr int kLanes = 16, kRounds = 10;
constexpr uint64_t kLeft = 0xD2511F53u, kRight = 0xCD9E8D57u;
constexpr uint32_t kWeyl0 = 0x9E3779B9u, kWeyl1 = 0xBB67AE85u;

// Blocks `first` to `first` + kLanes - 1 of the stream, four words each.
__attribute__((target_clones("avx512f", "avx2", "default"))) void Encrypt(
    const uint32_t* key, const uint32_t* counter, uint64_t first, uint32_t* words) {
  uint32_t c0[kLanes], c1[kLanes], c2[kLanes], c3[kLanes];
  const uint64_t start = counter[0] | static_cast<uint64_t>(counter[1]) << 32;
  const uint64_t high = counter[2] | static_cast<uint64_t>(counter[3]) << 32;
  for (int i = 0; i < kLanes; ++i) {
    const uint64_t index = first + i, low = start + index;
    const uint64_t above = high + (low < index);
    c0[i] = static_cast<uint32_t>(low);
    c1[i] = static_cast<uint32_t>(low >> 32);
    c2[i] = static_cast<uint32_t>(above);
    c3[i] = static_cast<uint32_t>(above >> 32);
  }
  uint32_t k0 = key[0], k1 = key[1];
  for (int round = 0; round < kRounds; ++round) {
    for (int i = 0; i < kLanes; ++i) {
      const uint64_t left = c0[i] * kLeft, right = c2[i] * kRight;
      c0[i] = static_cast<uint32_t>(right >> 32) ^ c1[i] ^ k0;
      c1[i] = static_cast<uint32_t>(right);
      c2[i] = static_cast<uint32_t>(left >> 32) ^ c3[i] ^ k1;
      c3[i] = static_cast<uint32_t>(left);
    }
    k0 += kWeyl0;
    k1 += kWeyl1;
  }
  for (int i = 0; i < kLanes; ++i) {
    words[4 * i] = c0[i];
    words[4 * i + 1] = c1[i];
    words[4 * i + 2] = c2[i];
    words[4 * i + 3] = c3[i];
  }
}

using Words = ffi::Buffer<ffi::U32>;

ffi::Error Draw(Words key, Words counter, ffi::ResultBuffer<ffi::U32> result) {
  const uint32_t *k = key.typed_data(), *c = counter.typed_data();
  uint32_t* out = result->typed_data();
  const int64_t count = result->element_count(), step = 4 * kLanes;
  int64_t at = 0;
  for (; at + step <= count; at += step) Encrypt(k, c, at / 4, out + at);
  if (at < count) {
    uint32_t rest[step];
    Encrypt(k, c, at / 4, rest);
    for (int64_t i = at; i < count; ++i) out[i] = rest[i - at];
  }
  return ffi::Error::Success();
}

}  // namespace

XLA_FFI_DEFINE_HANDLER_SYMBOL(
    philox_words, Draw,
    ffi::Ffi::Bind().Arg<Words>().Arg<Words>().Ret<Words>());
