// Convolutions by oneDNN, as XLA calls them (docs/adr/0010-native-kernels.md).
//
// Arrays are float32, images [batch, height, width, channels], filters
// [height, width, in / groups, out]. `geometry` holds strides (2), dilations (2),
// padding before (2) and after (2), and the number of groups.
//
// Compiled on the user's machine by build.py against the headers of the installed
// jaxlib and oneDNN.

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "oneapi/dnnl/dnnl.hpp"
#include "share.h"
#include "xla/ffi/api/ffi.h"

namespace {

namespace ffi = xla::ffi;
using dnnl::memory;
using Dims = ffi::Span<const int64_t>;

enum Kind : int32_t { kForward, kInputGradient, kFilterGradient };

// The one thread that lets oneDNN start a team of threads, for batches that cannot be
// cut. Each thread that enters OpenMP becomes the master of a team of its own; were
// XLA's threads to enter, there would be as many teams.
class Master {
 public:
  void Do(std::function<void()> work) {
    std::lock_guard<std::mutex> one_caller(callers_);
    std::unique_lock<std::mutex> hold(state_);
    if (!started_) {
      std::thread([this] { Loop(); }).detach();
      started_ = true;
    }
    work_ = std::move(work);
    changed_.notify_all();
    changed_.wait(hold, [this] { return !work_; });
  }

 private:
  void Loop() {
    std::unique_lock<std::mutex> hold(state_);
    for (;;) {
      changed_.wait(hold, [this] { return static_cast<bool>(work_); });
      work_();
      work_ = nullptr;
      changed_.notify_all();
    }
  }

  std::mutex callers_, state_;
  std::condition_variable changed_;
  std::function<void()> work_;
  bool started_ = false;
};

// What outlives the program's end: threads may still be running then.
Master& TheMaster() {
  static auto* master = new Master;
  return *master;
}

dnnl::engine& TheEngine() {
  static auto* engine = new dnnl::engine(dnnl::engine::kind::cpu, 0);
  return *engine;
}

struct Convolution {
  dnnl::primitive run, reorder;
  memory::desc image, filter, result;  // in the caller's layout
  memory::desc blocked;                // the filter in the layout that oneDNN chose
  memory::desc scratch;
  bool reorders = false;
  std::string name;                    // of oneDNN's implementation
};

// Throws dnnl::error where oneDNN has no implementation.
Convolution Make(Kind kind, Dims x, Dims w, Dims y, Dims g) {
  const auto f32 = memory::data_type::f32;
  const auto nhwc = memory::format_tag::nhwc;
  const auto direct = dnnl::algorithm::convolution_direct;
  const memory::dims strides{g[0], g[1]}, spread{g[2] - 1, g[3] - 1};
  const memory::dims before{g[4], g[5]}, after{g[6], g[7]};
  const int64_t groups = g[8], in = w[2], out = w[3];
  const memory::desc image({x[0], x[3], x[1], x[2]}, f32, nhwc);
  const memory::desc result({y[0], y[3], y[1], y[2]}, f32, nhwc);
  memory::dims sizes{out, in, w[0], w[1]}, steps{1, out, w[1] * in * out, in * out};
  if (groups > 1) {
    sizes = {groups, out / groups, in, w[0], w[1]};
    steps.insert(steps.begin(), out / groups);
  }
  const memory::desc filter(sizes, f32, steps);
  const memory::desc free(sizes, f32, memory::format_tag::any);

  Convolution made;
  auto& engine = TheEngine();
  dnnl::primitive_attr own;  // several threads execute one primitive
  own.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  const auto keep = [&made](const auto& described) {
    made.name = described.impl_info_str();
    made.scratch = described.scratchpad_desc();
  };
  const auto purpose = kind == kForward ? dnnl::prop_kind::forward_inference
                                        : dnnl::prop_kind::forward_training;
  const dnnl::convolution_forward::primitive_desc forward(
      engine, purpose, direct, image, free, result, strides, spread, before, after, own);
  if (kind == kForward) {
    made.run = dnnl::convolution_forward(forward);
    made.blocked = forward.weights_desc();
    keep(forward);
  } else if (kind == kInputGradient) {
    const dnnl::convolution_backward_data::primitive_desc backward(
        engine, direct, image, free, result, strides, spread, before, after, forward, own);
    made.run = dnnl::convolution_backward_data(backward);
    made.blocked = backward.weights_desc();
    keep(backward);
  } else {
    const dnnl::convolution_backward_weights::primitive_desc backward(
        engine, direct, image, free, result, strides, spread, before, after, forward, own);
    made.run = dnnl::convolution_backward_weights(backward);
    made.blocked = backward.diff_weights_desc();
    keep(backward);
  }
  made.image = image;
  made.filter = filter;
  made.result = result;
  made.reorders = made.blocked != filter;
  if (made.reorders) {
    const bool back = kind == kFilterGradient;
    const auto& from = back ? made.blocked : made.filter;
    const auto& to = back ? made.filter : made.blocked;
    made.reorder = dnnl::reorder({engine, from, engine, to});
  }
  return made;
}

// One convolution made for each shape and number of threads that occur.
using Shared = std::shared_ptr<const Convolution>;

Shared Made(Kind kind, Dims x, Dims w, Dims y, Dims g) {
  static auto* made = new std::unordered_map<std::string, Shared>;
  static auto* one_at_a_time = new std::mutex;
  const int32_t numbers[] = {kind, omp_get_max_threads()};
  std::string key(reinterpret_cast<const char*>(numbers), sizeof numbers);
  for (Dims part : {x, w, y, g}) {
    key.append(reinterpret_cast<const char*>(part.begin()), part.size() * 8);
  }
  const std::lock_guard<std::mutex> lock(*one_at_a_time);
  const auto found = made->find(key);
  if (found != made->end()) return found->second;
  if (made->size() >= 1024) made->clear();
  return (*made)[key] = std::make_shared<Convolution>(Make(kind, x, w, y, g));
}

// Memory that a thread keeps for what it computes next.
class Room {
 public:
  ~Room() { std::free(start_); }
  char* OfSize(size_t bytes) {
    if (bytes > size_) {
      std::free(start_);
      size_ = (bytes + 4095) / 4096 * 4096;
      start_ = static_cast<char*>(std::aligned_alloc(64, size_));
    }
    return start_;
  }

 private:
  char* start_ = nullptr;
  size_t size_ = 0;
};

void Execute(Kind kind, const Convolution& c, void* image, void* filter, void* result) {
  thread_local Room scratch;
  auto& engine = TheEngine();
  dnnl::stream stream(engine);
  const memory x(c.image, engine, image), w(c.blocked, engine, filter);
  const memory y(c.result, engine, result);
  std::unordered_map<int, memory> arguments;
  if (kind == kForward) {
    arguments = {{DNNL_ARG_SRC, x}, {DNNL_ARG_WEIGHTS, w}, {DNNL_ARG_DST, y}};
  } else if (kind == kInputGradient) {
    arguments = {{DNNL_ARG_DIFF_DST, y}, {DNNL_ARG_WEIGHTS, w}, {DNNL_ARG_DIFF_SRC, x}};
  } else {
    arguments = {{DNNL_ARG_SRC, x}, {DNNL_ARG_DIFF_DST, y}, {DNNL_ARG_DIFF_WEIGHTS, w}};
  }
  void* room = scratch.OfSize(c.scratch.get_size());
  arguments.emplace(DNNL_ARG_SCRATCHPAD, memory(c.scratch, engine, room));
  c.run.execute(stream, arguments);
  stream.wait();
}

void Reorder(const Convolution& c, const memory::desc& from, void* source,
             const memory::desc& to, void* target) {
  auto& engine = TheEngine();
  dnnl::stream stream(engine);
  memory a(from, engine, source), b(to, engine, target);
  c.reorder.execute(stream, {{DNNL_ARG_FROM, a}, {DNNL_ARG_TO, b}});
  stream.wait();
}

using Array = ffi::Buffer<ffi::F32>;
using Result = ffi::ResultBuffer<ffi::F32>;

// Several equal parts of the batch, computed through `each(parts, compute one)`. The
// gradients of the filter that the parts give are added in the order of the parts.
template <typename Each>
void InParts(Kind kind, Array x, Array w, Array y, Dims g, int64_t parts, Each each) {
  std::vector<int64_t> in(x.dimensions().begin(), x.dimensions().end());
  std::vector<int64_t> out(y.dimensions().begin(), y.dimensions().end());
  in[0] /= parts, out[0] /= parts;
  const Shared made =
      Made(kind, Dims(in.data(), 4), w.dimensions(), Dims(out.data(), 4), g);
  const Convolution& c = *made;
  const int64_t images = x.element_count() / parts, results = y.element_count() / parts;
  const int64_t size = c.blocked.get_size() / sizeof(float);
  const bool sums = kind == kFilterGradient;
  thread_local Room kept;
  float *filter = w.typed_data(), *first = filter, *rest = nullptr;
  const int64_t copies = c.reorders + (sums ? parts - 1 : 0);
  if (copies) rest = reinterpret_cast<float*>(kept.OfSize(copies * size * sizeof(float)));
  if (c.reorders) {
    first = rest;
    rest += size;
    if (!sums) Reorder(c, c.filter, filter, c.blocked, first);
  }
  each(parts, [=, &c](int64_t i) {
    float* mine = sums && i ? rest + (i - 1) * size : first;
    Execute(kind, c, x.typed_data() + i * images, mine, y.typed_data() + i * results);
  });
  for (int64_t i = 0; sums && i < parts - 1; ++i) {
    for (int64_t j = 0; j < size; ++j) first[j] += rest[i * size + j];
  }
  if (sums && c.reorders) Reorder(c, c.blocked, first, c.filter, filter);
}

// The most equal parts, up to `most`, into which `batch` images can be cut.
int64_t Parts(int64_t batch, int64_t most) {
  int64_t parts = std::min(batch, most);
  while (batch % parts) --parts;
  return parts;
}

// `x`, `w` and `y` are image, filter and result; `kind` says which is computed.
ffi::Error Convolve(ffi::ThreadPool& pool, Kind kind, Array x, Array w, Array y,
                    Dims geometry) {
  const int64_t threads = pool.num_threads(), batch = x.dimensions()[0];
  const int64_t work = y.element_count() / w.dimensions()[3] * w.element_count();
  const int64_t worth = std::max<int64_t>(work / penstock::kEnough, 1);
  // Gradients of the filter have to be added up: fewer of them.
  const int64_t most = kind == kFilterGradient ? threads : 2 * threads;
  const int64_t parts = Parts(batch, std::min(most, worth));
  std::mutex one_at_a_time;
  std::string problem;
  const auto tried = [&](const auto& compute) {
    try {
      compute();
    } catch (const std::exception& error) {
      const std::lock_guard<std::mutex> lock(one_at_a_time);
      problem = error.what();
    }
  };
  if (parts == 1 && worth > 1) {
    TheMaster().Do([&] {
      tried([&] { InParts(kind, x, w, y, geometry, 1, [](auto, auto one) { one(0); }); });
    });
  } else {
    const penstock::Alone alone;
    tried([&] {
      InParts(kind, x, w, y, geometry, parts, [&](int64_t count, auto one) {
        penstock::Share(pool, count, [&tried, one](int64_t i) {
          const penstock::Alone alone;
          tried([&] { one(i); });
        });
      });
    });
  }
  if (problem.empty()) return ffi::Error::Success();
  return ffi::Error::Internal("oneDNN's convolution: " + problem);
}

ffi::Error Forward(ffi::ThreadPool pool, Array x, Array w, Dims geometry, Result y) {
  return Convolve(pool, kForward, x, w, *y, geometry);
}

ffi::Error InputGradient(ffi::ThreadPool pool, Array w, Array y, Dims geometry,
                         Result x) {
  return Convolve(pool, kInputGradient, *x, w, y, geometry);
}

ffi::Error FilterGradient(ffi::ThreadPool pool, Array x, Array y, Dims geometry,
                          Result w) {
  return Convolve(pool, kFilterGradient, x, *w, y, geometry);
}

}  // namespace

#define TWO_TO_ONE               \
  ffi::Ffi::Bind()               \
      .Ctx<ffi::ThreadPool>()    \
      .Arg<Array>()              \
      .Arg<Array>()              \
      .Attr<Dims>("geometry")    \
      .Ret<Array>()

XLA_FFI_DEFINE_HANDLER_SYMBOL(conv_forward, Forward, TWO_TO_ONE);
XLA_FFI_DEFINE_HANDLER_SYMBOL(conv_input_gradient, InputGradient, TWO_TO_ONE);
XLA_FFI_DEFINE_HANDLER_SYMBOL(conv_filter_gradient, FilterGradient, TWO_TO_ONE);

// Write the name of the implementation that oneDNN chooses; an empty one if it has none.
extern "C" void conv_implementation(int32_t kind, const int64_t* x, const int64_t* w,
                                    const int64_t* y, const int64_t* geometry,
                                    char* name, int64_t room) {
  const penstock::Alone alone;
  std::string found;
  try {
    found = Made(static_cast<Kind>(kind), Dims(x, 4), Dims(w, 4), Dims(y, 4),
                 Dims(geometry, 9))->name;
  } catch (const std::exception&) {
  }
  name[found.copy(name, room - 1)] = '\0';
}
