// Philox4x32-10: words of a random stream, bit for bit those of ops/philox.py.
//
// Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (2011).
// XLA:CPU has no vectors of 64-bit products at the instruction set that Penstock asks
// for (docs/adr/0005), and computes a draw again wherever it is used.

#include <cstdint>
#include <cstring>

#include "xla/ffi/api/ffi.h"

namespace {

namespace ffi = xla::ffi;

constexpr int kLanes = 8, kRounds = 10;

// Eight words of 32 bits, each in the lower half of a lane: that is how the processor's
// 32 x 32 -> 64 bit products take them.
using Lanes = uint64_t __attribute__((vector_size(8 * kLanes)));

// Blocks `first` to `first` + 8 * `groups` - 1 of the stream, four words each.
__attribute__((target_clones("avx512f", "avx2", "default"))) void Encrypt(
    const uint32_t* key, const uint32_t* counter, uint64_t first, int64_t groups,
    uint32_t* words) {
  const Lanes none = {}, mask = none + 0xFFFFFFFFu, lane = {0, 1, 2, 3, 4, 5, 6, 7};
  const uint64_t start = counter[0] | static_cast<uint64_t>(counter[1]) << 32;
  const uint64_t high = counter[2] | static_cast<uint64_t>(counter[3]) << 32;
  for (int64_t group = 0; group < groups; ++group, words += 4 * kLanes) {
    const Lanes index = lane + (first + group * kLanes), low = index + start;
    // Where the sum wrapped, the comparison gives -1.
    const Lanes above = high - reinterpret_cast<Lanes>(low < index);
    Lanes c0 = low & mask, c1 = low >> 32, c2 = above & mask, c3 = above >> 32;
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < kRounds; ++round) {
      const Lanes left = c0 * 0xD2511F53u, right = c2 * 0xCD9E8D57u;
      c0 = (right >> 32) ^ c1 ^ k0;
      c1 = right & mask;
      c2 = (left >> 32) ^ c3 ^ k1;
      c3 = left & mask;
      k0 += 0x9E3779B9u;
      k1 += 0xBB67AE85u;
    }
    const Lanes front = c0 | c1 << 32, back = c2 | c3 << 32;
    for (int i = 0; i < kLanes; ++i) {
      const uint64_t block[2] = {front[i], back[i]};
      std::memcpy(words + 4 * i, block, sizeof block);
    }
  }
}

using Words = ffi::Buffer<ffi::U32>;

ffi::Error Draw(Words key, Words counter, ffi::ResultBuffer<ffi::U32> result) {
  const uint32_t *k = key.typed_data(), *c = counter.typed_data();
  uint32_t* out = result->typed_data();
  const int64_t count = result->element_count(), step = 4 * kLanes;
  const int64_t whole = count / step;
  Encrypt(k, c, 0, whole, out);
  if (whole * step < count) {
    uint32_t rest[step];
    Encrypt(k, c, whole * kLanes, 1, rest);
    std::memcpy(out + whole * step, rest, 4 * (count - whole * step));
  }
  return ffi::Error::Success();
}

}  // namespace

XLA_FFI_DEFINE_HANDLER_SYMBOL(
    philox_words, Draw,
    ffi::Ffi::Bind().Arg<Words>().Arg<Words>().Ret<Words>());
