#include "sim/explore/nsga2.h"

#include <cmath>
#include <cstdio>
#include <exception>
#include <pagmo/algorithms/nsga2.hpp>
#include <pagmo/population.hpp>
#include <pagmo/problem.hpp>
#include <stdexcept>
#include <utility>
#include <vector>

namespace {

/* An integer problem, as pagmo asks for it; copied by pagmo, so that it only points. */
struct Choices {
  const em_nsga2 *problem = nullptr;

  pagmo::vector_double fitness(const pagmo::vector_double &x) const {
    std::vector<std::uint32_t> choices(x.size());
    for (std::size_t k = 0; k < x.size(); k++) {
      choices[k] = static_cast<std::uint32_t>(std::lround(x[k]));
    }
    pagmo::vector_double objectives(problem->objectives);
    if (problem->evaluate(problem->context, choices.data(), objectives.data()) != 0) {
      throw std::runtime_error("an evaluation failed");
    }
    return objectives;
  }

  std::pair<pagmo::vector_double, pagmo::vector_double> get_bounds() const {
    pagmo::vector_double low(problem->knobs, 0.0), high(problem->knobs);
    for (std::uint32_t k = 0; k < problem->knobs; k++) {
      high[k] = problem->choices[k] - 1.0;
    }
    return {low, high};
  }

  pagmo::vector_double::size_type get_nobj() const {
    return problem->objectives;
  }
  pagmo::vector_double::size_type get_nix() const {
    return problem->knobs;
  }
};

}  // namespace

extern "C" int em_nsga2_search(const em_nsga2 *problem, char *why, size_t bytes) {
  try {
    Choices choices;
    choices.problem = problem;
    pagmo::population population{pagmo::problem{choices}, problem->population, problem->seed};
    pagmo::nsga2 algorithm(problem->generations, 0.95, 10.0, 1.0 / problem->knobs, 50.0, problem->seed);
    algorithm.evolve(population);
    return 0;
  } catch (const std::exception &problem_met) {
    std::snprintf(why, bytes, "%.150s", problem_met.what());
    return 1;
  }
}
