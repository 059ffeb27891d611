#include "approximate_landscape.hpp"

#include "real.hpp"

#include <algorithm>
#include <cmath>

namespace lojacert::search {

template <class S>
S approximate_h(const S& angle) {
  using std::cos;
  using std::sin;
  if (!(angle <= S(0.5))) return sin(angle) - angle * cos(angle);
  // sum over k >= 1 of (-1)^(k-1) 2k/(2k+1)! t^(2k+1)
  const S square = angle * angle;
  S power = angle * square / S(6);
  S sum = power * S(2);
  for (int k = 2;; ++k) {
    power *= -square / S((2 * k) * (2 * k + 1));
    const S next = sum + power * S(2 * k);
    if (next == sum) return sum;
    sum = next;
  }
}

template <class S>
ApproximateLandscape<S>::ApproximateLandscape(const ApproximateNetwork<S>& network)
    : activation_(network.activation),
      neuron_(network.neuron),
      d_(network.dimension),
      r_(network.teacher_count()),
      two_over_pi_(S(2) / pi<S>()),
      vectors_(network.teacher) {}

template <class S>
S ApproximateLandscape<S>::dot(std::size_t u, std::size_t v) const {
  S sum(0);
  for (std::size_t k = 0; k < d_; ++k) sum += units_[u * d_ + k] * units_[v * d_ + k];
  return sum;
}

template <class S>
void ApproximateLandscape<S>::load(std::span<const S> student) {
  using std::sqrt;
  m_ = student.size() / d_;
  vectors_.resize((r_ + m_) * d_);
  units_.resize(vectors_.size());
  norms_.resize(r_ + m_);
  for (std::size_t u = 0; u < r_ + m_; ++u) {
    S* vector = &vectors_[u * d_];
    if (u >= r_) std::copy_n(student.data() + (u - r_) * d_, d_, vector);
    S square(0);
    for (std::size_t k = 0; k < d_; ++k) square += vector[k] * vector[k];
    const S length = sqrt(square);
    const S inverse = length > S(0) ? S(S(1) / length) : S(0);
    for (std::size_t k = 0; k < d_; ++k) units_[u * d_ + k] = vector[k] * inverse;
    norms_[u] = length;
    if (u < r_ || neuron_ == NeuronForm::unit) continue;
    for (std::size_t k = 0; k < d_; ++k) vector[k] *= length;
    norms_[u] = square;
  }
}

template <class S>
auto ApproximateLandscape<S>::pair(std::size_t u, std::size_t v) const -> Pair {
  using std::atan2;
  using std::sqrt;
  S minus(0);
  S plus(0);
  const S* a = &units_[u * d_];
  const S* b = &units_[v * d_];
  for (std::size_t k = 0; k < d_; ++k) {
    const S difference = a[k] - b[k];
    const S sum = a[k] + b[k];
    minus += difference * difference;
    plus += sum * sum;
  }
  const S chord = sqrt(minus);
  const S other = sqrt(plus);
  return {S(2) * atan2(chord, other), chord * other / S(2), (plus - minus) / S(4)};
}

template <class S>
void ApproximateLandscape<S>::orient() {
  using std::abs;
  signs_.assign(r_ + m_, 1);
  for (std::size_t u = r_; u < r_ + m_; ++u) {
    S best(0);
    for (std::size_t i = 0; i < r_; ++i) {
      const S cosine = dot(u, i);
      if (abs(cosine) > abs(best)) best = cosine;
    }
    signs_[u] = best < S(0) ? -1 : 1;
  }
}

// With signs s_u: 2 L = |sum of sigma s u|^2 + sum over pairs of sigma sigma' (K(u, u') - s s' <u, u'>), for
// any signs; students oriented towards their teachers leave (2/pi)|u||u'|h(t) for every pair of one cluster.
template <class S>
S ApproximateLandscape<S>::loss(std::span<const S> student) {
  load(student);
  orient();
  const S half_pi = pi<S>() / S(2);
  S twice(0);
  S excess(0);
  for (std::size_t k = 0; k < d_; ++k) {
    S oriented(0);
    S plain(0);
    for (std::size_t u = 0; u < r_ + m_; ++u) {
      const S entry = u < r_ ? S(-vectors_[u * d_ + k]) : vectors_[u * d_ + k];
      oriented += S(signs_[u]) * entry;
      plain += entry;
    }
    twice += oriented * oriented;
    excess += plain * plain;
  }
  for (std::size_t u = 0; u < r_ + m_; ++u) {
    for (std::size_t v = u + 1; v < r_ + m_; ++v) {
      const Pair p = pair(u, v);
      const bool acute = p.angle <= half_pi;
      const S line_angle = acute ? p.angle : S(S(2) * half_pi - p.angle);
      S term = two_over_pi_ * approximate_h(line_angle);
      if (acute != (signs_[u] == signs_[v])) term += S(acute ? 2 : -2) * p.cosine;
      term *= norms_[u] * norms_[v];
      twice += S((u < r_) == (v < r_) ? 2 : -2) * term;
    }
  }
  switch (activation_) {
    case Activation::abs:
      return twice / S(2);
    case Activation::relu:
      return (twice + excess) / S(8);
    case Activation::relu_linear:
      break;
  }
  return twice / S(8);
}

/// Adds to both students' gradients what they do to each other.
template <class S>
void ApproximateLandscape<S>::add_pair(std::size_t j, std::size_t k, std::span<S> gradient) {
  const Pair p = pair(r_ + j, r_ + k);
  const S along = S(1) - two_over_pi_ * p.angle;
  radial_[j] += p.sine * norms_[r_ + k];
  radial_[k] += p.sine * norms_[r_ + j];
  const S* first = &vectors_[(r_ + j) * d_];
  const S* second = &vectors_[(r_ + k) * d_];
  for (std::size_t l = 0; l < d_; ++l) {
    gradient[j * d_ + l] += along * second[l];
    gradient[k * d_ + l] += along * first[l];
  }
}

template <class S>
S ApproximateLandscape<S>::gradient(std::span<const S> student, std::span<S> gradient) {
  load(student);
  radial_.assign(m_, S(0));
  std::copy_n(vectors_.data() + r_ * d_, m_ * d_, gradient.data());
  for (std::size_t j = 0; j < m_; ++j) {
    for (std::size_t i = 0; i < r_; ++i) {
      const Pair p = pair(r_ + j, i);
      const S along = S(1) - two_over_pi_ * p.angle;
      radial_[j] -= p.sine * norms_[i];
      for (std::size_t l = 0; l < d_; ++l) gradient[j * d_ + l] -= along * vectors_[i * d_ + l];
    }
    for (std::size_t k = j + 1; k < m_; ++k) add_pair(j, k, gradient);
  }
  return finish_gradient(student, gradient);
}

/// Adds the radial parts, applies the activation's rule and the chain rule of the neuron form (p = |w| w).
template <class S>
S ApproximateLandscape<S>::finish_gradient(std::span<const S> student, std::span<S> gradient) {
  excess_.assign(d_, S(0));
  if (activation_ == Activation::relu) {
    for (std::size_t u = 0; u < r_ + m_; ++u)
      for (std::size_t l = 0; l < d_; ++l)
        excess_[l] += u < r_ ? S(-vectors_[u * d_ + l]) : vectors_[u * d_ + l];
  }
  const S scale = activation_ == Activation::abs ? S(1) : S(0.25);
  S squared_norm(0);
  for (std::size_t j = 0; j < m_; ++j) {
    const S* unit = &units_[(r_ + j) * d_];
    S* row = &gradient[j * d_];
    S inner(0);
    S length(0);
    for (std::size_t l = 0; l < d_; ++l) {
      row[l] = scale * (row[l] + two_over_pi_ * radial_[j] * unit[l] + excess_[l]);
      inner += row[l] * unit[l];
      length += student[j * d_ + l] * unit[l];
    }
    for (std::size_t l = 0; l < d_; ++l) {
      if (neuron_ == NeuronForm::norm) row[l] = length * (row[l] + inner * unit[l]);
      squared_norm += row[l] * row[l];
    }
  }
  return squared_norm;
}

template <class S>
S ApproximateLandscape<S>::total_mass(std::span<const S> student) {
  load(student);
  S sum(0);
  for (const S& norm : norms_) sum += norm;
  return sum;
}

template class ApproximateLandscape<double>;
template class ApproximateLandscape<long double>;
template class ApproximateLandscape<Real>;
template double approximate_h(const double&);
template long double approximate_h(const long double&);
template Real approximate_h(const Real&);

}  // namespace lojacert::search
