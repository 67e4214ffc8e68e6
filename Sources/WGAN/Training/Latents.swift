import Engine

/// The latents that images are drawn from, each a function of the seed and of what it is, whichever
/// others are drawn beside it.
public struct Latents: Sendable {
  /// The seed.
  public let seed: UInt64
  /// How many there are.
  public let count: Int
  private let place: Place
  private let threshold: Float?

  private enum Place {
    /// The samples from this one on.
    case samples(from: Int)
    /// A path between two samples.
    case path(from: Int, to: Int)
  }

  /// Samples `first` to `first + count - 1` of a seed.
  ///
  /// - Parameter threshold: Numbers of a larger magnitude are drawn again until none is, the
  ///   truncation trick of Brock et al. 2019, section 3.1: less variety, more typical images.
  /// - Precondition: count ≥ 1, first + count ≤ 2³², and threshold ≥ 0.01.
  public init(seed: UInt64, first: Int, count: Int, threshold: Double? = nil) {
    precondition(count >= 1 && first >= 0 && first + count <= 1 << 32)
    self.init(seed, count, .samples(from: first), threshold)
  }

  /// A path of `steps` latents from sample `start` to sample `end` of a seed, both included: along
  /// the great circle, by equal angles (White 2016, section 2.1). A straight line would lead through
  /// latents that are too short to be of a normal distribution.
  ///
  /// - Precondition: steps ≥ 2, start and end are at least 0 and less than 2³², threshold ≥ 0.01.
  public init(seed: UInt64, from start: Int, to end: Int, steps: Int, threshold: Double? = nil) {
    precondition(steps >= 2 && [start, end].allSatisfy { 0..<1 << 32 ~= $0 })
    self.init(seed, steps, .path(from: start, to: end), threshold)
  }

  private init(_ seed: UInt64, _ count: Int, _ place: Place, _ threshold: Double?) {
    precondition(threshold.map { $0 >= 0.01 } ?? true)
    (self.seed, self.count, self.place) = (seed, count, place)
    self.threshold = threshold.map { Float($0) }
  }

  /// What a file of images says of them.
  var metadata: [String: String] {
    var words = ["sample.seed": "\(seed)"]
    switch place {
    case .samples(let first): words["sample.first"] = "\(first)"
    case .path(let start, let end): words["sample.path"] = "\(start):\(end)"
    }
    words["sample.truncation"] = threshold.map { "\($0)" }
    return words
  }

  /// Draws latents `first` and on of these, one a column.
  func draw(into block: MatrixView<Float>, from first: Int) {
    guard case .path(let start, let end) = place else {
      if case .samples(let number) = place { drawSamples(into: block, from: number + first) }
      return
    }
    withScratch(2 * block.rows, of: Float.self) { ends in
      let ends = MatrixView(ends, rows: block.rows, columns: 2)
      drawSamples(into: ends.columns(0..<1), from: start)
      drawSamples(into: ends.columns(1..<2), from: end)
      var (dot, squares) = (0.0, (0.0, 0.0))
      for row in 0..<block.rows {
        let (a, b) = (Double(ends[row, 0]), Double(ends[row, 1]))
        dot += a * b
        squares.0 += a * a
        squares.1 += b * b
      }
      let weights = Slerp(
        cosine: dot / (squares.0 * squares.1).squareRoot(), parts: count - 1)
      for column in 0..<block.columns {
        let (a, b) = weights[first + column]
        for row in 0..<block.rows {
          block[row, column] = Float(a * Double(ends[row, 0]) + b * Double(ends[row, 1]))
        }
      }
    }
  }

  private func drawSamples(into block: MatrixView<Float>, from first: Int) {
    let stream = RandomStream.sampling.rawValue
    Float.fillNormal(block, key: seed, stream: stream, step: 0, first: UInt32(first))
    guard let threshold, block.columns > 0 else { return }
    withScratch(block.rows * block.columns, of: Float.self) { scratch in
      let others = MatrixView(scratch, rows: block.rows, columns: block.columns)
      var attempt: UInt32 = 0
      var isDone = false
      while !isDone {
        isDone = true
        attempt += 1
        Float.fillNormal(others, key: seed, stream: stream, step: attempt, first: UInt32(first))
        for row in 0..<block.rows {
          for column in 0..<block.columns where abs(block[row, column]) > threshold {
            block[row, column] = others[row, column]
            if abs(others[row, column]) > threshold { isDone = false }
          }
        }
      }
    }
  }
}

/// The weights of two vectors in the points that cut the arc between them into equal parts:
/// sin((n − k)θ) / sin(nθ) and sin(kθ) / sin(nθ), k = 0 … n, where cos(nθ) is the cosine between the
/// vectors.
///
/// By Chebyshev's polynomials of x = cos θ, Tₙ(x) = cos(nθ) and Uₖ₋₁(x) = sin(kθ) / sin θ: sums and
/// products alone, so that no library's sine decides a bit.
struct Slerp {
  /// Uₖ₋₁(x), k = 0 … n.
  private let sines: [Double]

  /// - Precondition: parts ≥ 1.
  init(cosine: Double, parts: Int) {
    // Opposite vectors have no arc of their own, and vectors of no length no angle.
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

  /// Whether n parts of the angle of cosine x stay within the angle of this cosine, half a turn at
  /// most.
  private static func reaches(_ x: Double, _ cosine: Double, _ parts: Int) -> Bool {
    var (cosines, sines) = ((1.0, x), (0.0, 1.0))
    for _ in 1..<parts {
      cosines = (cosines.1, 2 * x * cosines.1 - cosines.0)
      sines = (sines.1, 2 * x * sines.1 - sines.0)
      if sines.1 < 0 { return false }
    }
    return cosines.1 >= cosine
  }

  subscript(index: Int) -> (Double, Double) {
    let (parts, last) = (sines.count - 1, sines[sines.count - 1])
    return (sines[parts - index] / last, sines[index] / last)
  }
}
