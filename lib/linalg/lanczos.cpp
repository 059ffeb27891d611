#include <lojacert/linalg/lanczos.hpp>

#include <Eigen/Core>
#include <Eigen/Eigenvalues>

#include <algorithm>

namespace lojacert {

std::vector<double> approximate_top_eigenvector(const SymmetricOperator& apply, std::span<const double> start,
                                                std::size_t steps) {
  const auto size = static_cast<Eigen::Index>(start.size());
  const Eigen::Index most = std::min(size, static_cast<Eigen::Index>(steps));
  Eigen::MatrixXd basis(size, most);
  Eigen::VectorXd diagonal(most);
  Eigen::VectorXd beside = Eigen::VectorXd::Zero(most);
  basis.col(0) = Eigen::Map<const Eigen::VectorXd>(start.data(), size).stableNormalized();
  Eigen::Index count = 0;
  while (count < most) {
    Eigen::VectorXd image = basis.col(count);
    apply({image.data(), start.size()});
    diagonal[count] = basis.col(count).dot(image);
    const double length = image.stableNorm();
    ++count;
    const auto known = basis.leftCols(count);
    for (int pass = 0; pass < 2; ++pass) image -= known * (known.transpose() * image);  // twice is enough
    const double rest = image.stableNorm();
    if (count == most || !(rest > 1e-14 * length)) break;
    beside[count - 1] = rest;
    basis.col(count) = image / rest;
  }
  // The solver squares the entries.
  double scale = std::max(diagonal.head(count).lpNorm<Eigen::Infinity>(), beside.lpNorm<Eigen::Infinity>());
  if (!(scale > 0)) scale = 1;
  const bool finite = diagonal.head(count).allFinite() && beside.allFinite();
  if (!finite) return {start.begin(), start.end()};  // NaN would lead the solver out of its arrays
  Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver;
  solver.computeFromTridiagonal(diagonal.head(count) / scale, beside.head(count - 1) / scale);
  const Eigen::VectorXd top = basis.leftCols(count) * solver.eigenvectors().col(count - 1);
  return {top.begin(), top.end()};
}

}  // namespace lojacert
