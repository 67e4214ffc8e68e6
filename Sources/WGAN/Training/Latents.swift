import Engine

/// The latent vectors of the images to generate: those of a seed, those of a file, or an interpolation
/// between two of them.
///
/// Each vector of a seed is a function of the seed and of its number, and does not depend on the others.
public struct Latents: Sendable {
  /// The number of latent vectors.
  public let count: Int
  let source: Source
  let selection: Selection

  enum Source {
    /// Random vectors. Values beyond the threshold are drawn again.
    case seed(UInt64, threshold: Float?)
    /// The vectors of a file.
    indirect case file(LatentFile)
  }

  enum Selection: Equatable {
    /// Consecutive vectors of the source.
    case samples(first: Int)
    /// An interpolation between two vectors of the source.
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
    self.init(.seed(seed, threshold), count, .samples(first: first))
  }

  /// Selects the vectors `first` to `first + count - 1` of a file.
  ///
  /// - Parameters:
  ///   - file: The file.
  ///   - first: The number of the first vector, from 0.
  ///   - count: The number of vectors.
  /// - Precondition: count ≥ 1, and the file has these vectors.
  public init(_ file: LatentFile, first: Int, count: Int) {
    precondition(count >= 1 && first >= 0 && first + count <= file.count)
    self =
      file.origin?.samples(first: first, count: count)
      ?? Self(.file(file), count, .samples(first: first))
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
    self.init(.seed(seed, threshold), steps, .path(from: start, to: end))
  }

  /// Selects a spherical interpolation between two vectors of a file.
  ///
  /// - Parameters:
  ///   - file: The file.
  ///   - start: The number of the first vector.
  ///   - end: The number of the last vector.
  ///   - steps: The number of vectors, including both ends.
  /// - Precondition: steps ≥ 2, and the file has these vectors.
  public init(_ file: LatentFile, from start: Int, to end: Int, steps: Int) {
    precondition(steps >= 2 && [start, end].allSatisfy { 0..<file.count ~= $0 })
    self =
      file.origin?.path(from: start, to: end, steps: steps)
      ?? Self(.file(file), steps, .path(from: start, to: end))
  }

  init(_ source: Source, _ count: Int, _ selection: Selection) {
    (self.source, self.count, self.selection) = (source, count, selection)
  }

  /// A selection of these vectors; `nil` if it is not one of their source.
  private func samples(first: Int, count: Int) -> Latents? {
    switch selection {
    case .samples(let offset): Latents(source, count, .samples(first: offset + first))
    case .path: first == 0 && count == self.count ? self : nil
    }
  }

  private func path(from start: Int, to end: Int, steps: Int) -> Latents? {
    guard case .samples(let offset) = selection else { return nil }
    return Latents(source, steps, .path(from: offset + start, to: offset + end))
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
    switch source {
    case .seed(let seed, let threshold): Self.draw(seed, threshold, into: vectors, from: first)
    case .file(let file): file.copy(into: vectors, from: first)
    }
  }

  /// Draws random vectors.
  private static func draw(
    _ seed: UInt64, _ threshold: Float?, into vectors: MatrixView<Float>, from first: Int
  ) {
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

extension Latents.Source {
  fileprivate static func seed(_ seed: UInt64, _ threshold: Double?) -> Self {
    precondition(threshold.map { $0 >= 0.01 } ?? true)
    return .seed(seed, threshold: threshold.map { Float($0) })
  }
}
