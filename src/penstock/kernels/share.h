// Work shared between the calling thread and XLA's own.

#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <utility>

#include "xla/ffi/api/ffi.h"

// Of libgomp, which oneDNN brings.
extern "C" void omp_set_num_threads(int);
extern "C" int omp_get_max_threads(void);

namespace penstock {

// Multiplications that are worth waking another thread for.
constexpr int64_t kEnough = 1 << 21;

// While it lives, oneDNN computes in the thread that calls it, and starts no others.
class Alone {
 public:
  Alone() : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
  ~Alone() { omp_set_num_threads(before_); }

 private:
  int before_;
};

// Runs `work(0)` to `work(pieces - 1)` on this thread and, as they come free, on those
// of `pool`. This thread takes part until no piece is left, and then waits for pieces
// that run: never for one that waits in the queue behind it.
template <typename Work>
void Share(xla::ffi::ThreadPool& pool, int64_t pieces, Work work) {
  struct Progress {
    std::atomic<int64_t> taken{0}, done{0};
  };
  const auto progress = std::make_shared<Progress>();
  // A task that starts late finds nothing left, and does not touch what `work` names.
  const auto take = [progress, pieces, work = std::move(work)] {
    for (int64_t i; (i = progress->taken.fetch_add(1)) < pieces;) {
      work(i);
      progress->done.fetch_add(1);
    }
  };
  const int64_t others = std::min(pieces, pool.num_threads()) - 1;
  for (int64_t i = 0; i < others; ++i) pool.Schedule(std::function<void()>(take));
  take();
  while (progress->done.load() < pieces) std::this_thread::yield();
}

}  // namespace penstock
