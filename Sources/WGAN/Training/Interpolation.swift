import Engine

/// The distribution of α in the points x̂ = fake + α · (real − fake) of a gradient penalty. Each
/// sample has its own α.
public enum Interpolation: String, Sendable, CaseIterable {
  /// Uniform on [0, 1): points between the samples (Gulrajani et al. 2017, algorithm 1, line 4).
  case uniform
  /// Standard normal, as in an old Keras example. Two of three points are not between the samples.
  /// For comparison only.
  case normal

  /// Fills a matrix of one row. Column j is number `first + j` of its stream and step.
  func draw<S: Scalar>(into row: MatrixView<S>, key: UInt64, step: UInt32, first: UInt32) {
    let stream = RandomStream.interpolation.rawValue
    switch self {
    case .uniform: S.fillUniform(row.row(0), key: key, stream: stream, step: step, first: first)
    case .normal: S.fillNormal(row, key: key, stream: stream, step: step, first: first)
    }
  }
}
