// Convolutions by oneDNN, as XLA calls them (docs/adr/0010-native-kernels.md).
//
// Arrays are float32, images [batch, height, width, channels], filters
// [height, width, in / groups, out]. `geometry` holds strides (2), dilations (2),
// padding before (2) and after (2), and the number of groups.
//
// Compiled on the user's machine by build.py against the headers of the installed
// jaxlib and oneDNN.

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>

#include "oneapi/dnnl/dnnl.hpp"
#include "xla/ffi/api/ffi.h"

namespace {

namespace ffi = xla::ffi;
using dnnl::memory;
using Dims = ffi::Span<const int64_t>;

enum Kind : int32_t { kForward, kInputGradient, kFilterGradient };

// The one thread that calls oneDNN. Each thread that enters OpenMP becomes the master
// of a team of its own; were XLA's threads to enter, there would be as many teams.
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
  memory image, filter, result;  // in the caller's layout
  memory blocked;                // the filter in the layout that oneDNN chose
  bool reorders = false;
  std::string name;              // of oneDNN's implementation
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
  memory::desc chosen;
  auto& engine = TheEngine();
  const auto purpose = kind == kForward ? dnnl::prop_kind::forward_inference
                                        : dnnl::prop_kind::forward_training;
  const dnnl::convolution_forward::primitive_desc forward(
      engine, purpose, direct, image, free, result, strides, spread, before, after);
  if (kind == kForward) {
    made.run = dnnl::convolution_forward(forward);
    made.name = forward.impl_info_str();
    chosen = forward.weights_desc();
  } else if (kind == kInputGradient) {
    const dnnl::convolution_backward_data::primitive_desc backward(
        engine, direct, image, free, result, strides, spread, before, after, forward);
    made.run = dnnl::convolution_backward_data(backward);
    made.name = backward.impl_info_str();
    chosen = backward.weights_desc();
  } else {
    const dnnl::convolution_backward_weights::primitive_desc backward(
        engine, direct, image, free, result, strides, spread, before, after, forward);
    made.run = dnnl::convolution_backward_weights(backward);
    made.name = backward.impl_info_str();
    chosen = backward.diff_weights_desc();
  }
  made.image = memory(image, engine, nullptr);
  made.result = memory(result, engine, nullptr);
  made.filter = memory(filter, engine, nullptr);
  made.reorders = chosen != filter;
  made.blocked = made.reorders ? memory(chosen, engine) : made.filter;
  if (made.reorders) {
    made.reorder = kind == kFilterGradient ? dnnl::reorder(made.blocked, made.filter)
                                           : dnnl::reorder(made.filter, made.blocked);
  }
  return made;
}

// One convolution made for each shape that occurs. Only the master touches them.
Convolution& Made(Kind kind, Dims x, Dims w, Dims y, Dims g) {
  static auto* made = new std::unordered_map<std::string, Convolution>;
  std::string key(1, static_cast<char>(kind));
  for (Dims part : {x, w, y, g}) {
    key.append(reinterpret_cast<const char*>(part.begin()), part.size() * 8);
  }
  const auto found = made->find(key);
  if (found != made->end()) return found->second;
  if (made->size() >= 1024) made->clear();
  return made->emplace(key, Make(kind, x, w, y, g)).first->second;
}

void Execute(Kind kind, Convolution& c, dnnl::stream& stream) {
  if (kind != kFilterGradient && c.reorders) {
    c.reorder.execute(stream, {{DNNL_ARG_FROM, c.filter}, {DNNL_ARG_TO, c.blocked}});
  }
  if (kind == kForward) {
    c.run.execute(stream, {{DNNL_ARG_SRC, c.image},
                           {DNNL_ARG_WEIGHTS, c.blocked},
                           {DNNL_ARG_DST, c.result}});
  } else if (kind == kInputGradient) {
    c.run.execute(stream, {{DNNL_ARG_DIFF_DST, c.result},
                           {DNNL_ARG_WEIGHTS, c.blocked},
                           {DNNL_ARG_DIFF_SRC, c.image}});
  } else {
    c.run.execute(stream, {{DNNL_ARG_SRC, c.image},
                           {DNNL_ARG_DIFF_DST, c.result},
                           {DNNL_ARG_DIFF_WEIGHTS, c.blocked}});
    if (c.reorders) {
      c.reorder.execute(stream, {{DNNL_ARG_FROM, c.blocked}, {DNNL_ARG_TO, c.filter}});
    }
  }
  stream.wait();
}

using Array = ffi::Buffer<ffi::F32>;
using Result = ffi::ResultBuffer<ffi::F32>;

// `x`, `w` and `y` are image, filter and result; `kind` says which is computed.
ffi::Error Convolve(Kind kind, Array x, Array w, Array y, Dims geometry) {
  std::string problem;
  TheMaster().Do([&] {
    try {
      static auto* stream = new dnnl::stream(TheEngine());
      auto& c = Made(kind, x.dimensions(), w.dimensions(), y.dimensions(), geometry);
      c.image.set_data_handle(x.typed_data());
      c.filter.set_data_handle(w.typed_data());
      c.result.set_data_handle(y.typed_data());
      Execute(kind, c, *stream);
    } catch (const std::exception& error) {
      problem = error.what();
    }
  });
  if (problem.empty()) return ffi::Error::Success();
  return ffi::Error::Internal("oneDNN's convolution: " + problem);
}

ffi::Error Forward(Array x, Array w, Dims geometry, Result y) {
  return Convolve(kForward, x, w, *y, geometry);
}

ffi::Error InputGradient(Array w, Array y, Dims geometry, Result x) {
  return Convolve(kInputGradient, *x, w, y, geometry);
}

ffi::Error FilterGradient(Array x, Array y, Dims geometry, Result w) {
  return Convolve(kFilterGradient, x, *w, y, geometry);
}

}  // namespace

#define TWO_TO_ONE \
  ffi::Ffi::Bind().Arg<Array>().Arg<Array>().Attr<Dims>("geometry").Ret<Array>()

XLA_FFI_DEFINE_HANDLER_SYMBOL(conv_forward, Forward, TWO_TO_ONE);
XLA_FFI_DEFINE_HANDLER_SYMBOL(conv_input_gradient, InputGradient, TWO_TO_ONE);
XLA_FFI_DEFINE_HANDLER_SYMBOL(conv_filter_gradient, FilterGradient, TWO_TO_ONE);

// Write the name of the implementation that oneDNN chooses; an empty one if it has none.
extern "C" void conv_implementation(int32_t kind, const int64_t* x, const int64_t* w,
                                    const int64_t* y, const int64_t* geometry,
                                    char* name, int64_t room) {
  std::string found;
  TheMaster().Do([&] {
    try {
      found = Made(static_cast<Kind>(kind), Dims(x, 4), Dims(w, 4), Dims(y, 4),
                   Dims(geometry, 9)).name;
    } catch (const std::exception&) {
    }
  });
  name[found.copy(name, room - 1)] = '\0';
}
