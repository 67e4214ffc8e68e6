import Engine

/// The latent vectors of the images to generate.
///
/// Each vector is a function of the seed and of its number, and does not depend on the others.
public struct Latents: Sendable {
  /// The seed of the random numbers.
  public let seed: UInt64
  /// The number of latent vectors.
  public let count: Int
  private let selection: Selection
  private let threshold: Float?

  private enum Selection {
    /// Consecutive samples.
    case samples(first: Int)
    /// An interpolation between two samples.
    case path(from: Int, to: Int)
  }

  /// Selects the samples `first` to `first + count - 1` of a seed.
  ///
  /// - Parameters:
  ///   - seed: The seed of the random numbers.
  ///   - first: The number of the first sample.
  ///   - count: The number of samples.
  ///   - threshold: Values of a larger magnitude are drawn again until none is left, the truncation
  ///     trick of Brock et al. 2019, section 3.1: less variety, more typical images.
  /// - Precondition: count ≥ 1, first + count ≤ 2³², and threshold ≥ 0.01.
  public init(seed: UInt64, first: Int, count: Int, threshold: Double? = nil) {
    precondition(count >= 1 && first >= 0 && first + count <= 1 << 32)
    self.init(seed, count, .samples(first: first), threshold)
  }

  /// Selects a spherical interpolation between two samples of a seed, by equal angles (White 2016,
  /// section 2.1). The points of a straight line would be shorter than normally distributed
  /// vectors.
  ///
  /// - Parameters:
  ///   - seed: The seed of the random numbers.
  ///   - start: The number of the first sample.
  ///   - end: The number of the last sample.
  ///   - steps: The number of vectors, including both ends.
  ///   - threshold: The truncation of both ends, as for samples.
  /// - Precondition: steps ≥ 2, start and end are at least 0 and less than 2³², threshold ≥ 0.01.
  public init(seed: UInt64, from start: Int, to end: Int, steps: Int, threshold: Double? = nil) {
    precondition(steps >= 2 && [start, end].allSatisfy { 0..<1 << 32 ~= $0 })
    self.init(seed, steps, .path(from: start, to: end), threshold)
  }

  private init(_ seed: UInt64, _ count: Int, _ selection: Selection, _ threshold: Double?) {
    precondition(threshold.map { $0 >= 0.01 } ?? true)
    (self.seed, self.count, self.selection) = (seed, count, selection)
    self.threshold = threshold.map { Float($0) }
  }

  /// The metadata of a file with the images of these vectors.
  var metadata: [String: String] {
    var metadata = ["sample.seed": "\(seed)"]
    switch selection {
    case .samples(let first): metadata["sample.first"] = "\(first)"
    case .path(let start, let end): metadata["sample.path"] = "\(start):\(end)"
    }
    metadata["sample.truncation"] = threshold.map { "\($0)" }
    return metadata
  }

  /// Computes the vectors from number `first` on, one per column.
  func draw(into vectors: MatrixView<Float>, from first: Int) {
    switch selection {
    case .samples(let offset): drawSamples(into: vectors, from: offset + first)
    case .path(let start, let end): drawPath(into: vectors, from: first, start, end)
    }
  }

  private func drawPath(
    into vectors: MatrixView<Float>, from first: Int, _ start: Int, _ end: Int
  ) {
    withScratch(2 * vectors.rows, of: Float.self) { ends in
      let ends = MatrixView(ends, rows: vectors.rows, columns: 2)
      drawSamples(into: ends.columns(0..<1), from: start)
      drawSamples(into: ends.columns(1..<2), from: end)
      var (dot, squares) = (0.0, (0.0, 0.0))
      for row in 0..<vectors.rows {
        let (a, b) = (Double(ends[row, 0]), Double(ends[row, 1]))
        dot += a * b
        squares.0 += a * a
        squares.1 += b * b
      }
      let weights = Slerp(
        cosine: dot / (squares.0 * squares.1).squareRoot(), parts: count - 1)
      for column in 0..<vectors.columns {
        let (a, b) = weights[first + column]
        for row in 0..<vectors.rows {
          vectors[row, column] = Float(a * Double(ends[row, 0]) + b * Double(ends[row, 1]))
        }
      }
    }
  }

  private func drawSamples(into vectors: MatrixView<Float>, from first: Int) {
    let stream = RandomStream.sampling.rawValue
    Float.fillNormal(vectors, key: seed, stream: stream, step: 0, first: UInt32(first))
    guard let threshold, vectors.columns > 0 else { return }
    withScratch(vectors.rows * vectors.columns, of: Float.self) { scratch in
      let others = MatrixView(scratch, rows: vectors.rows, columns: vectors.columns)
      var attempt: UInt32 = 0
      var isDone = false
      while !isDone {
        isDone = true
        attempt += 1
        Float.fillNormal(others, key: seed, stream: stream, step: attempt, first: UInt32(first))
        for row in 0..<vectors.rows {
          for column in 0..<vectors.columns where abs(vectors[row, column]) > threshold {
            vectors[row, column] = others[row, column]
            if abs(others[row, column]) > threshold { isDone = false }
          }
        }
      }
    }
  }
}

/// Spherical linear interpolation: the weights of two vectors at the points that divide the arc
/// between them into n equal parts, sin((n − k)θ) / sin(nθ) and sin(kθ) / sin(nθ), k = 0 … n, where
/// cos(nθ) is the cosine of the angle between the vectors.
///
/// The weights come from the Chebyshev polynomials of x = cos θ, Tₙ(x) = cos(nθ) and
/// Uₖ₋₁(x) = sin(kθ) / sin θ. They need only sums and products, so the bits do not depend on a math
/// library.
struct Slerp {
  /// Uₖ₋₁(x), k = 0 … n.
  private let sines: [Double]

  /// Divides an arc into equal parts.
  ///
  /// - Precondition: parts ≥ 1.
  init(cosine: Double, parts: Int) {
    // The arc between opposite vectors is not unique, and a zero vector has no angle (NaN): both
    // are interpolated linearly.
    let cosine = cosine > -1 + 1e-9 ? min(cosine, 1) : 1
    var (low, high) = (-1.0, 1.0)
    while case let x = (low + high) / 2, low < x, x < high {
      if Self.reaches(x, cosine, parts) { high = x } else { low = x }
    }
    var sines = [0.0, 1.0]
    while sines.count <= parts {
      sines.append(2 * high * sines[sines.count - 1] - sines[sines.count - 2])
    }
    self.sines = sines
  }

  /// Returns whether `parts` times the angle with cosine `x` is at most the angle with this cosine,
  /// which is at most π.
  private static func reaches(_ x: Double, _ cosine: Double, _ parts: Int) -> Bool {
    var (cosines, sines) = ((1.0, x), (0.0, 1.0))
    for _ in 1..<parts {
      cosines = (cosines.1, 2 * x * cosines.1 - cosines.0)
      sines = (sines.1, 2 * x * sines.1 - sines.0)
      if sines.1 < 0 { return false }
    }
    return cosines.1 >= cosine
  }

  /// The weights of both vectors at point `index`.
  subscript(index: Int) -> (Double, Double) {
    let (parts, last) = (sines.count - 1, sines[sines.count - 1])
    return (sines[parts - index] / last, sines[index] / last)
  }
}
