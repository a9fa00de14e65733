// Products of two float32 matrices by oneDNN, on XLA's threads
// (docs/adr/0012-kernels-on-xlas-threads.md).
//
// A piece is some rows or some columns of the result, computed by one thread: oneDNN
// starts no threads of its own, and the numbers do not depend on who computes what.

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <vector>

#include "oneapi/dnnl/dnnl.h"
#include "share.h"
#include "xla/ffi/api/ffi.h"

namespace {

namespace ffi = xla::ffi;
using Array = ffi::Buffer<ffi::F32>;

// Pieces are cut at multiples of what oneDNN computes at once.
constexpr int64_t kStep = 8;

// Rows that are a whole number of 2 KiB long all begin at the same few places of the
// cache, and push each other out where they are read side by side.
constexpr int64_t kCrowd = 512, kFew = 16;

// What a piece reads of a matrix: rows of `columns` numbers, `step` from each other.
struct Part {
  const float* data;
  int64_t rows, columns, step;

  // The same numbers in `room`, with rows that begin at different places.
  void MoveApart(std::vector<float>& room) {
    int64_t wide = (columns + kStep - 1) / kStep * kStep;
    wide += wide % kCrowd ? 0 : 2 * kStep;
    room.resize(std::max<size_t>(room.size(), rows * wide));
    for (int64_t i = 0; i < rows; ++i) {
      std::copy_n(data + i * step, columns, room.data() + i * wide);
    }
    data = room.data(), step = wide;
  }
};

ffi::Error Product(ffi::ThreadPool pool, Array a, Array b, bool transpose_a,
                   bool transpose_b, bool awake,
                   ffi::ResultBuffer<ffi::F32> result) {
  const auto c = result->dimensions();
  const int64_t m = c[0], n = c[1], k = a.dimensions()[transpose_a ? 0 : 1];
  const int64_t lda = a.dimensions()[1], ldb = b.dimensions()[1];
  // Those of a matrix that is used as it is stored, or of a left one stored transposed.
  const bool worth = k > kFew && std::min(m, n) > kFew;
  const bool move_left = worth && transpose_a && lda % kCrowd == 0;
  const bool move_right = worth && !transpose_b && ldb % kCrowd == 0;
  const bool by_rows = move_left == move_right ? m >= n : move_left;
  const int64_t length = by_rows ? m : n;
  const int64_t most = 2 * pool.num_threads();  // two each: who is late does less
  // Threads that need not be woken are worth less work.
  const int64_t enough = awake ? penstock::kEnough / 2 : penstock::kEnough;
  const int64_t wanted = std::clamp<int64_t>(m * n * k / enough, 1, most);
  const int64_t units = (length + kStep - 1) / kStep;
  const int64_t step = (units + wanted - 1) / wanted * kStep;
  const int64_t pieces = (length + step - 1) / step;
  const float *left = a.typed_data(), *right = b.typed_data();
  float* out = result->typed_data();
  std::atomic<bool> failed{false};
  penstock::Share(pool, pieces, [=, &failed](int64_t i) {
    const int64_t first = i * step, count = std::min(step, length - first);
    const int64_t row = by_rows ? first : 0, column = by_rows ? 0 : first;
    const int64_t rows = by_rows ? count : m, columns = by_rows ? n : count;
    Part a{left + (transpose_a ? row : row * lda), k, rows, lda};
    Part b{right + (transpose_b ? column * ldb : column), k, columns, ldb};
    thread_local std::vector<float> rooms[2];
    if (move_left) a.MoveApart(rooms[0]);
    if (move_right) b.MoveApart(rooms[1]);
    const penstock::Alone alone;
    const auto status = dnnl_sgemm(
        transpose_a ? 'T' : 'N', transpose_b ? 'T' : 'N', rows, columns, k, 1.0f,
        a.data, a.step, b.data, b.step, 0.0f, out + row * n + column, n);
    if (status != dnnl_success) failed = true;
  });
  if (failed) return ffi::Error::Internal("oneDNN refuses a matrix product");
  return ffi::Error::Success();
}

// The product added up term by term, each multiplied and added as one, rounded once:
// bit for bit `small_product` of ops/rounding.py.
__attribute__((target_clones("avx512f", "avx2", "default"))) void AddTerms(
    const float* a, const float* b, float* c, int64_t rows, int64_t terms,
    int64_t columns, const int64_t* steps) {
  for (int64_t i = 0; i < rows; ++i, c += columns) {
    for (int64_t k = 0; k < terms; ++k) {
      const double left = a[i * steps[0] + k * steps[1]];
      const float* right = b + k * steps[2];
      for (int64_t j = 0; j < columns; ++j) {
        const double before = k ? c[j] : -0.0;
        c[j] = static_cast<float>(left * right[j * steps[3]] + before);
      }
    }
  }
}

ffi::Error SmallProduct(Array a, Array b, bool transpose_a, bool transpose_b,
                        ffi::ResultBuffer<ffi::F32> result) {
  const int64_t lda = a.dimensions()[1], ldb = b.dimensions()[1];
  const int64_t steps[] = {transpose_a ? 1 : lda, transpose_a ? lda : 1,
                           transpose_b ? 1 : ldb, transpose_b ? ldb : 1};
  AddTerms(a.typed_data(), b.typed_data(), result->typed_data(), result->dimensions()[0],
           a.dimensions()[transpose_a ? 0 : 1], result->dimensions()[1], steps);
  return ffi::Error::Success();
}

}  // namespace

XLA_FFI_DEFINE_HANDLER_SYMBOL(small_product, SmallProduct,
                              ffi::Ffi::Bind()
                                  .Arg<Array>()
                                  .Arg<Array>()
                                  .Attr<bool>("transpose_a")
                                  .Attr<bool>("transpose_b")
                                  .Ret<Array>());
XLA_FFI_DEFINE_HANDLER_SYMBOL(matrix_product, Product,
                              ffi::Ffi::Bind()
                                  .Ctx<ffi::ThreadPool>()
                                  .Arg<Array>()
                                  .Arg<Array>()
                                  .Attr<bool>("transpose_a")
                                  .Attr<bool>("transpose_b")
                                  .Attr<bool>("awake")
                                  .Ret<Array>());
