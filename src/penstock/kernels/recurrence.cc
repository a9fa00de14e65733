// All steps of an LSTM, and their gradients, without a mask
// (docs/adr/0012-kernels-on-xlas-threads.md).
//
// Arrays are float32: time first, [time, batch, 4 units] for the gates and
// [time, batch, units] for states. `places` says where gates i, f, g and o stand among
// the four. A piece is some rows of the batch: it runs through all steps on its own.

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>

#include "oneapi/dnnl/dnnl.h"
#include "share.h"
#include "xla/ffi/api/ffi.h"

namespace {

namespace ffi = xla::ffi;
using Array = ffi::Buffer<ffi::F32>;
using Result = ffi::ResultBuffer<ffi::F32>;
using Places = ffi::Span<const int64_t>;

constexpr int kLanes = 8;
using Lanes = float __attribute__((vector_size(4 * kLanes)));
using Whole = int32_t __attribute__((vector_size(4 * kLanes)));

#define ALWAYS __attribute__((always_inline))
#define INLINE inline ALWAYS

// e^x between the smallest and the largest normal number: 2^n e^r, |r| <= ln 2 / 2, by
// the Taylor series of e^r to its 7th power, which float32 does not tell from e^r.
INLINE Lanes Exp(Lanes x) {
  const Lanes none = {}, high = none + 88.0f, low = none - 87.0f;
  x = x > high ? high : x;
  x = x < low ? low : x;
  const Lanes round = none + 12582912.0f;  // 1.5 * 2^23: adding it leaves no fraction
  const Lanes n = (x * 1.44269504f + round) - round;
  const Lanes r = (x - n * 0.693359375f) + n * 2.12194440e-4f;  // ln 2 in two parts
  Lanes sum = r * (1.0f / 5040) + 1.0f / 720;
  sum = sum * r + 1.0f / 120;
  sum = sum * r + 1.0f / 24;
  sum = sum * r + 1.0f / 6;
  sum = sum * r + 0.5f;
  sum = sum * r + 1.0f;
  sum = sum * r + 1.0f;
  const Whole power = (__builtin_convertvector(n, Whole) + 127) << 23;
  return sum * reinterpret_cast<Lanes>(power);
}

INLINE Lanes Sigmoid(Lanes x) { return 1.0f / (1.0f + Exp(-x)); }

// tanh x = sinh x / cosh x; near 0, where 1 - 2 / (e^2x + 1) loses its digits, by the
// first terms of Lambert's continued fraction.
INLINE Lanes Tanh(Lanes x) {
  const Lanes square = x * x;
  const Lanes above = x * (135135.0f + square * (17325.0f + square * (378.0f + square)));
  const Lanes below =
      135135.0f + square * (62370.0f + square * (3150.0f + square * 28.0f));
  const Whole near = square < 1.0f;
  return near ? above / below : 1.0f - 2.0f / (Exp(x + x) + 1.0f);
}

// Runs `step(load, store)`, which computes some lanes of a row, over `units` elements:
// `load(p)` gives those at `p`, `store(p, v)` puts them there.
template <typename Step>
INLINE void Along(int64_t units, Step step) {
  int64_t at = 0;
  for (; at + kLanes <= units; at += kLanes) {
    step(
        [at](const float* p) ALWAYS {
          Lanes v;
          std::memcpy(&v, p + at, sizeof v);
          return v;
        },
        [at](float* p, Lanes v) ALWAYS { std::memcpy(p + at, &v, sizeof v); });
  }
  const size_t rest = 4 * (units - at);
  if (rest) {
    step(
        [=](const float* p) ALWAYS {
          Lanes v = {};
          std::memcpy(&v, p + at, rest);
          return v;
        },
        [=](float* p, Lanes v) ALWAYS { std::memcpy(p + at, &v, rest); });
  }
}

// One row of one step. `z` holds the sums that go into the gates, and gets the gates.
__attribute__((target_clones("avx512f", "avx2", "default"))) void Forward(
    int64_t units, const int64_t* places, float* z, const float* before, float* c,
    float* h) {
  float *i = z + places[0] * units, *f = z + places[1] * units;
  float *g = z + places[2] * units, *o = z + places[3] * units;
  Along(units, [=](auto load, auto store) ALWAYS {
    const Lanes in = Sigmoid(load(i)), forget = Sigmoid(load(f)), fresh = Tanh(load(g));
    const Lanes out = Sigmoid(load(o)), cell = forget * load(before) + in * fresh;
    store(i, in), store(f, forget), store(g, fresh), store(o, out);
    store(c, cell), store(h, out * Tanh(cell));
  });
}

// The gradients of one row's sums, into `dz`; `dc` goes one step back.
__attribute__((target_clones("avx512f", "avx2", "default"))) void Backward(
    int64_t units, const int64_t* places, const float* gates, const float* before,
    const float* c, const float* dy, const float* dh, float* dc, float* dz) {
  const int64_t i = places[0] * units, f = places[1] * units;
  const int64_t g = places[2] * units, o = places[3] * units;
  Along(units, [=](auto load, auto store) ALWAYS {
    const Lanes in = load(gates + i), forget = load(gates + f);
    const Lanes fresh = load(gates + g), out = load(gates + o), shown = Tanh(load(c));
    const Lanes of_h = load(dy) + load(dh);
    const Lanes of_c = load(dc) + of_h * out * (1.0f - shown * shown);
    store(dz + i, of_c * fresh * in * (1.0f - in));
    store(dz + f, of_c * load(before) * forget * (1.0f - forget));
    store(dz + g, of_c * in * (1.0f - fresh * fresh));
    store(dz + o, of_h * shown * out * (1.0f - out));
    store(dc, of_c * forget);
  });
}

// Cuts the batch and runs `rows(first row, number of rows)`, which says whether oneDNN
// took its products.
template <typename Rows>
ffi::Error ByRows(ffi::ThreadPool& pool, int64_t batch, int64_t work, Rows rows) {
  const int64_t worth = std::max<int64_t>(work / penstock::kEnough, 1);
  const int64_t most = std::min(pool.num_threads(), worth);
  const int64_t step = (batch + most - 1) / most;
  std::atomic<bool> good{true};
  penstock::Share(pool, (batch + step - 1) / step, [=, &good](int64_t piece) {
    const penstock::Alone alone;
    const int64_t first = piece * step;
    if (!rows(first, std::min(step, batch - first))) good = false;
  });
  if (good) return ffi::Error::Success();
  return ffi::Error::Internal("oneDNN refuses a product of a recurrence");
}

ffi::Error Lstm(ffi::ThreadPool pool, Array zx, Array recurrent, Array h0, Array c0,
                Places places, Result gates, Result hs, Result cs) {
  const int64_t time = zx.dimensions()[0], batch = zx.dimensions()[1];
  const int64_t units = h0.dimensions()[1], wide = 4 * units;
  const float *sums = zx.typed_data(), *weights = recurrent.typed_data();
  const float *h_first = h0.typed_data(), *c_first = c0.typed_data();
  float *z = gates->typed_data(), *h = hs->typed_data(), *c = cs->typed_data();
  const int64_t work = time * batch * units * wide;
  return ByRows(pool, batch, work, [=](int64_t first, int64_t count) {
    for (int64_t t = 0; t < time; ++t) {
      const int64_t row = t * batch + first;
      const float* h_before = t ? h + (row - batch) * units : h_first + first * units;
      const float* c_before = t ? c + (row - batch) * units : c_first + first * units;
      std::copy_n(sums + row * wide, count * wide, z + row * wide);
      const auto status = dnnl_sgemm('N', 'N', count, wide, units, 1.0f, h_before, units,
                                     weights, wide, 1.0f, z + row * wide, wide);
      if (status != dnnl_success) return false;
      for (int64_t n = 0; n < count; ++n) {
        const int64_t at = (row + n) * units;
        Forward(units, places.begin(), z + 4 * at, c_before + n * units, c + at, h + at);
      }
    }
    return true;
  });
}

ffi::Error LstmGradient(ffi::ThreadPool pool, Array recurrent, Array c0, Array gates,
                        Array cs, Array dys, Array dh_last, Array dc_last, Places places,
                        Result dzs, Result dh0, Result dc0) {
  const int64_t time = gates.dimensions()[0], batch = gates.dimensions()[1];
  const int64_t units = c0.dimensions()[1], wide = 4 * units;
  const float *weights = recurrent.typed_data(), *c_first = c0.typed_data();
  const float *z = gates.typed_data(), *c = cs.typed_data(), *dy = dys.typed_data();
  const float *from_h = dh_last.typed_data(), *from_c = dc_last.typed_data();
  float *dz = dzs->typed_data(), *dh = dh0->typed_data(), *dc = dc0->typed_data();
  const int64_t work = time * batch * units * wide;
  return ByRows(pool, batch, work, [=](int64_t first, int64_t count) {
    std::copy_n(from_h + first * units, count * units, dh + first * units);
    std::copy_n(from_c + first * units, count * units, dc + first * units);
    for (int64_t t = time - 1; t >= 0; --t) {
      const int64_t row = t * batch + first;
      const float* before = t ? c + (row - batch) * units : c_first + first * units;
      for (int64_t n = 0; n < count; ++n) {
        const int64_t at = (row + n) * units, own = (first + n) * units;
        Backward(units, places.begin(), z + 4 * at, before + n * units, c + at, dy + at,
                 dh + own, dc + own, dz + 4 * at);
      }
      const auto status =
          dnnl_sgemm('N', 'T', count, units, wide, 1.0f, dz + row * wide, wide, weights,
                     wide, 0.0f, dh + first * units, units);
      if (status != dnnl_success) return false;
    }
    return true;
  });
}

}  // namespace

XLA_FFI_DEFINE_HANDLER_SYMBOL(lstm, Lstm,
                              ffi::Ffi::Bind()
                                  .Ctx<ffi::ThreadPool>()
                                  .Arg<Array>()
                                  .Arg<Array>()
                                  .Arg<Array>()
                                  .Arg<Array>()
                                  .Attr<Places>("places")
                                  .Ret<Array>()
                                  .Ret<Array>()
                                  .Ret<Array>());
XLA_FFI_DEFINE_HANDLER_SYMBOL(lstm_gradient, LstmGradient,
                              ffi::Ffi::Bind()
                                  .Ctx<ffi::ThreadPool>()
                                  .Arg<Array>()
                                  .Arg<Array>()
                                  .Arg<Array>()
                                  .Arg<Array>()
                                  .Arg<Array>()
                                  .Arg<Array>()
                                  .Arg<Array>()
                                  .Attr<Places>("places")
                                  .Ret<Array>()
                                  .Ret<Array>()
                                  .Ret<Array>());
