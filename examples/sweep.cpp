// The library in C++ (17): the fastest design of a family below an area, with handles that close themselves.
//
//   c++ -std=c++17 sweep.cpp $(pkg-config --cflags --libs emamba) -o sweep
//   ./sweep DESIGN MOST_MM2
#include <emamba.h>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>

namespace {

struct Close {
  void operator()(emamba_design *design) const {
    emamba_design_close(design);
  }
};
using Design = std::unique_ptr<emamba_design, Close>;

// A status that is not OK becomes an exception with its text.
template <typename Function, typename... Arguments>
void call(Function function, Arguments... arguments) {
  emamba_error error{};
  if (function(arguments..., &error) != EMAMBA_OK) {
    throw std::runtime_error(error.text);
  }
}

Design open(const char *path) {
  emamba_design *design = nullptr;
  call(emamba_design_open, path, &design);
  return Design(design);
}

struct Point {
  double lanes = 0, frames_per_second = 0, area_mm2 = 0;
};

Point measure(const emamba_design *design) {
  Point point;
  emamba_timing timing;
  emamba_price_totals price;
  call(emamba_design_get, design, "engines.ssm.lanes", &point.lanes);
  call(emamba_time, design, &timing);
  call(emamba_price, design, &price);
  point.frames_per_second = timing.frames_per_second;
  point.area_mm2 = price.area_um2.nominal * 1e-6;
  return point;
}

}  // namespace

int main(int argc, char **argv) {
  if (argc != 3) {
    std::cerr << "usage: sweep DESIGN MOST_MM2\n";
    return EMAMBA_BAD_INPUT;
  }
  try {
    const Design design = open(argv[1]);
    const double most_mm2 = std::atof(argv[2]);
    Point best;
    for (double lanes = 1; lanes <= 64; lanes *= 2) {
      emamba_error misfit{};
      call(emamba_design_set, design.get(), "engines.ssm.lanes", lanes);
      if (emamba_check(design.get(), nullptr, nullptr, &misfit) != EMAMBA_OK) {
        std::cout << lanes << " lanes: " << misfit.text << '\n';
        continue;
      }
      const Point point = measure(design.get());
      std::cout << lanes << " lanes: " << point.frames_per_second << " frames/s, " << point.area_mm2 << " mm2\n";
      if (point.area_mm2 <= most_mm2 && point.frames_per_second > best.frames_per_second) {
        best = point;
      }
    }
    std::cout << "best: " << best.lanes << " lanes\n";
  } catch (const std::exception &failure) {
    std::cerr << "sweep: " << failure.what() << '\n';
    return EMAMBA_BAD_INPUT;
  }
  return EMAMBA_OK;
}
