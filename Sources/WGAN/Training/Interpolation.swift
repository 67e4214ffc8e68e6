import Engine

/// How the place α of an interpolate x̂ = fake + α·(real − fake) is drawn, one for each sample.
public enum Interpolation: String, Sendable, CaseIterable {
  /// Uniform on [0, 1): between the samples (Gulrajani et al. 2017, algorithm 1, line 4).
  case uniform
  /// Standard normal, as an old Keras example had it: two of three lie beyond the samples. For
  /// comparison only.
  case normal

  /// Fills a block of one row; column j is number `first + j` of its stream and step.
  func draw<S: Scalar>(into row: MatrixView<S>, key: UInt64, step: UInt32, first: UInt32) {
    let stream = RandomStream.interpolation.rawValue
    switch self {
    case .uniform: S.fillUniform(row.row(0), key: key, stream: stream, step: step, first: first)
    case .normal: S.fillNormal(row, key: key, stream: stream, step: step, first: first)
    }
  }
}
