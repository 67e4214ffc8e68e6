// A picture at another size. A pixel of the target is the mean of what it covers of the source, parts
// of pixels by their parts: exact in whole numbers, rounded once, from 16 bits to 8, so the same on every
// machine. The same rule enlarges: there a pixel of the source is repeated.

/// How a picture takes the shape of another one.
public enum ImageFit: String, Sendable, CaseIterable {
  /// It fills the target; what is too much is cut away on both sides alike.
  case crop
  /// All of it is in the target; the rest, on both sides alike, is background.
  case pad
  /// Its height and its width are scaled apart from each other.
  case stretch
}

extension Bitmap {
  /// The picture at a size, C×height×width, of 8 bits.
  func resized(
    height: Int, width: Int, _ fit: ImageFit, background: Color
  ) -> [UInt8] {
    let (rows, columns) = Coverage.both(
      (self.height, height), (self.width, width), fit)
    let edge = background.levels(channels).map(Int.init)
    let total = rows.step * columns.step
    // What a level of 8 bits is.
    let unit = 257 * total
    var result = [UInt8](repeating: 0, count: channels * height * width)
    var sums = [Int](repeating: 0, count: self.width * channels)
    for y in 0..<height {
      for index in sums.indices { sums[index] = 0 }
      let rowWeight = rows.forEach(y) { source, weight in
        let start = source * self.width * channels
        for index in sums.indices { sums[index] += weight * Int(pixels[start + index]) }
      }
      for x in 0..<width {
        for channel in 0..<channels {
          var sum = 0
          let weight = columns.forEach(x) { source, weight in
            sum += weight * sums[source * channels + channel]
          }
          sum += (total - rowWeight * weight) * edge[channel]
          result[(channel * height + y) * width + x] = UInt8((2 * sum + unit) / (2 * unit))
        }
      }
    }
    return result
  }
}

/// What the pixels of the target cover along one axis of the source, in parts of a source pixel.
struct Coverage {
  /// The pixels of the source.
  let count: Int
  /// The parts of a pixel of the source.
  let unit: Int
  /// The parts that a pixel of the target covers.
  let step: Int
  /// Where the first one begins: before the source where there is background.
  let start: Int

  /// The target in the middle of the source; its pixels cover `scale` of the source's.
  private init(
    _ source: Int, _ target: Int, scale: (numerator: Int, denominator: Int)
  ) {
    // Twice as many parts as needed, so that the middle falls between two of them.
    count = source
    unit = 2 * scale.denominator
    step = 2 * scale.numerator
    start = source * scale.denominator - target * scale.numerator
  }

  /// Both axes, each with the pixels of the source and of the target.
  static func both(
    _ rows: (source: Int, target: Int), _ columns: (source: Int, target: Int), _ fit: ImageFit
  ) -> (rows: Coverage, columns: Coverage) {
    let isWide = columns.source * rows.target >= rows.source * columns.target
    let alongRows: (Int, Int)
    let alongColumns: (Int, Int)
    switch fit {
    case .stretch: (alongRows, alongColumns) = (rows, columns)
    case .crop:
      alongRows = isWide ? rows : columns
      alongColumns = alongRows
    case .pad:
      alongRows = isWide ? columns : rows
      alongColumns = alongRows
    }
    return (
      Coverage(rows.source, rows.target, scale: alongRows),
      Coverage(columns.source, columns.target, scale: alongColumns)
    )
  }

  /// Calls `body` with each pixel of the source that a pixel of the target covers, and how much of
  /// it; returns how much that is in all, less than `step` where there is background.
  @inline(__always)
  func forEach(_ index: Int, _ body: (_ source: Int, _ weight: Int) -> Void) -> Int {
    let from = max(0, start + index * step)
    let to = min(count * unit, start + (index + 1) * step)
    guard from < to else { return 0 }
    for source in from / unit...(to - 1) / unit {
      body(source, min(to, (source + 1) * unit) - max(from, source * unit))
    }
    return to - from
  }
}
