#include "networks.hpp"

#include <cmath>
#include <cstdio>
#include <random>
#include <utility>
#include <vector>

namespace bench {

using lojacert::ball::DoubleNetwork;

namespace {

/// Entries of N(0, I/d). Standard C++ does not fix what normal_distribution draws: ratios do not depend on
/// it.
class Gaussian {
 public:
  explicit Gaussian(std::size_t dimension)
      : engine_(20240607), entry_(0, 1 / std::sqrt(static_cast<double>(dimension))) {}
  double operator()() { return entry_(engine_); }

 private:
  std::mt19937_64 engine_;
  std::normal_distribution<double> entry_;
};

DoubleNetwork empty_network(const Size& size) {
  DoubleNetwork network;
  network.activation = lojacert::Activation::abs;
  network.neuron = lojacert::NeuronForm::unit;
  network.teacher_neuron = lojacert::NeuronForm::unit;
  network.dimension = size.dimension;
  network.student_count = size.students;
  network.vectors.resize((size.students + size.teachers) * size.dimension);
  return network;
}

}  // namespace

std::string Size::name() const {
  return std::to_string(dimension) + "x" + std::to_string(students) + "x" + std::to_string(teachers);
}

std::string name_of(double eps) {
  char text[32];
  std::snprintf(text, sizeof text, "%.0e", eps);
  return text;
}

DoubleNetwork random_network(const Size& size) {
  DoubleNetwork network = empty_network(size);
  Gaussian gaussian(size.dimension);
  for (double& entry : network.vectors) entry = gaussian();
  return network;
}

DoubleNetwork near_convergence(double eps) {
  const Size size{50, 40, 20};
  DoubleNetwork network = empty_network(size);
  Gaussian gaussian(size.dimension);
  double* students = network.vectors.data();
  double* teachers = students + size.students * size.dimension;
  for (std::size_t i = 0; i < size.teachers; ++i) {
    for (std::size_t k = 0; k < size.dimension; ++k) {
      const double v = gaussian();
      const double w = v / 2 + eps * gaussian();
      students[2 * i * size.dimension + k] = w;
      students[(2 * i + 1) * size.dimension + k] = v - w;
      teachers[i * size.dimension + k] = v;
    }
  }
  return network;
}

lojacert::Instance as_instance(const DoubleNetwork& network) {
  lojacert::Instance instance;
  instance.activation = network.activation;
  instance.neuron = network.neuron;
  instance.teacher_neuron = network.teacher_neuron;
  lojacert::ExactMatrix students(network.dimension);
  instance.teacher = lojacert::ExactMatrix(network.dimension);
  for (std::size_t g = 0; g < network.count(); ++g) {
    for (const double entry : network.row(g)) {
      (g < network.student_count ? students : instance.teacher).append(entry);
    }
  }
  instance.student = std::move(students);
  return instance;
}

}  // namespace bench
