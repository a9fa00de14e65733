// The gradient of max pooling over two spatial dimensions: each element of `dy` goes to
// the first largest element of its window, in row-major order.
//
// Arrays are float32 [batch, height, width, channels]. `geometry` holds the window (2),
// the strides (2) and the padding before (2). Written in XLA the search is fused with
// whatever made the image, and computed again for every place of the window.

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "xla/ffi/api/ffi.h"

namespace {

namespace ffi = xla::ffi;
using Array = ffi::Buffer<ffi::F32>;

// One place of the windows of one output pixel: what is still free and equal is hit.
inline __attribute__((always_inline)) void Give(const float* x, const float* y,
                                                const float* dy, float* dx,
                                                uint32_t* free, int64_t channels) {
  for (int64_t c = 0; c < channels; ++c) {
    const uint32_t hit = free[c] & -static_cast<uint32_t>(x[c] == y[c]);
    uint32_t bits;
    std::memcpy(&bits, dy + c, 4);
    bits &= hit;
    float given;
    std::memcpy(&given, &bits, 4);
    dx[c] += given;
    free[c] &= ~hit;
  }
}

// All windows of one image [height, width, channels] with `rows` x `columns` outputs.
__attribute__((target_clones("avx512f", "avx2", "default"))) void GiveImage(
    const float* x, const float* y, const float* dy, float* dx, uint32_t* free,
    int64_t height, int64_t width, int64_t channels, int64_t rows, int64_t columns,
    const int64_t* g) {
  for (int64_t i = 0; i < rows; ++i) {
    const int64_t top = i * g[2] - g[4], bottom = std::min(top + g[0], height);
    for (int64_t j = 0; j < columns; ++j, y += channels, dy += channels) {
      const int64_t left = j * g[3] - g[5], right = std::min(left + g[1], width);
      std::fill_n(free, channels, ~0u);
      for (int64_t r = std::max<int64_t>(top, 0); r < bottom; ++r) {
        for (int64_t s = std::max<int64_t>(left, 0); s < right; ++s) {
          const int64_t at = (r * width + s) * channels;
          Give(x + at, y, dy, dx + at, free, channels);
        }
      }
    }
  }
}

ffi::Error MaxPoolGradient(Array x, Array y, Array dy, ffi::Span<const int64_t> geometry,
                           ffi::ResultBuffer<ffi::F32> dx) {
  const auto in = x.dimensions(), out = y.dimensions();
  const int64_t size = in[1] * in[2] * in[3], pooled = out[1] * out[2] * out[3];
  std::fill_n(dx->typed_data(), x.element_count(), 0.0f);
  std::vector<uint32_t> free(in[3]);
  for (int64_t n = 0; n < in[0]; ++n) {
    GiveImage(x.typed_data() + n * size, y.typed_data() + n * pooled,
              dy.typed_data() + n * pooled, dx->typed_data() + n * size, free.data(),
              in[1], in[2], in[3], out[1], out[2], geometry.begin());
  }
  return ffi::Error::Success();
}

}  // namespace

XLA_FFI_DEFINE_HANDLER_SYMBOL(max_pool_gradient, MaxPoolGradient,
                              ffi::Ffi::Bind()
                                  .Arg<Array>()
                                  .Arg<Array>()
                                  .Arg<Array>()
                                  .Attr<ffi::Span<const int64_t>>("geometry")
                                  .Ret<Array>());
