// Resizing by area averaging. A target pixel is the mean of the source area that it covers, computed in
// integers and rounded once, from 16 bits to 8, so the result is the same on every machine. Enlarging
// follows the same rule, which repeats source pixels.

/// How an image is resized to another aspect ratio.
public enum ResizeMode: String, Sendable, CaseIterable {
  /// Fill the target; crop the excess equally on both sides.
  case crop
  /// Show the whole image; pad equally on both sides, with background, or transparent in images with alpha.
  case pad
  /// Scale height and width independently.
  case stretch
}

extension Bitmap {
  /// Resizes the image to C×height×width with 8 bits per channel.
  ///
  /// Alpha is the mean over the area, and a color the mean weighted by alpha: the mean of the premultiplied
  /// colors divided by that of alpha. Pixels whose alpha is rounded to 0 have color 0.
  func resized(
    height: Int, width: Int, _ mode: ResizeMode, background: Color
  ) -> [UInt8] {
    // The sums are below 2⁵¹, and those of premultiplied colors below 2⁶⁷.
    hasAlpha(channels)
      ? resized(height: height, width: width, mode, background: background, as: UInt128.self)
      : resized(height: height, width: width, mode, background: background, as: UInt.self)
  }

  private func resized<Sum: FixedWidthInteger>(
    height: Int, width: Int, _ mode: ResizeMode, background: Color, as _: Sum.Type
  ) -> [UInt8] {
    let (rows, columns) = AreaWeights.axes(
      rows: (self.height, height), columns: (self.width, width), mode)
    let padding = background.padding(channels: channels).map { Sum($0) }
    let area = rows.step * columns.step
    let alpha = hasAlpha(channels) ? channels - 1 : nil
    var result = [UInt8](repeating: 0, count: channels * height * width)
    var sums = [UInt](repeating: 0, count: self.width * channels)
    for y in 0..<height {
      for index in sums.indices { sums[index] = 0 }
      let rowWeight = rows.forEach(y) { add(UInt($1), timesRow: $0, to: &sums) }
      for x in 0..<width {
        // The weighted sum that an 8-bit step makes. The weight of colors is that of alpha, the last channel.
        var unit = 257 * Sum(area)
        for channel in (0..<channels).reversed() {
          var sum: Sum = 0
          let weight = columns.forEach(x) { source, weight in
            sum += Sum(weight) * Sum(sums[source * channels + channel])
          }
          sum += Sum(area - rowWeight * weight) * padding[channel]
          let level = unit == 0 ? 0 : UInt8((2 * sum + unit) / (2 * unit))
          result[(channel * height + y) * width + x] = level
          if channel == alpha { unit = level == 0 ? 0 : 257 * sum }
        }
      }
    }
    return result
  }

  /// Adds a row with a weight to sums of rows. Colors are premultiplied by alpha.
  @inline(__always)
  private func add(_ weight: UInt, timesRow row: Int, to sums: inout [UInt]) {
    let start = row * width * channels
    guard hasAlpha(channels) else {
      for index in sums.indices { sums[index] += weight * UInt(pixels[start + index]) }
      return
    }
    for first in stride(from: 0, to: sums.count, by: channels) {
      let last = first + channels - 1
      let alpha = weight * UInt(pixels[start + last])
      for index in first..<last { sums[index] += alpha * UInt(pixels[start + index]) }
      sums[last] += alpha
    }
  }
}

/// The weights of the source pixels in each target pixel, along one axis. Lengths are integers: a source
/// pixel has length `unit`, a target pixel `step`.
struct AreaWeights {
  /// The number of source pixels.
  let sourceCount: Int
  /// The length of a source pixel.
  let unit: Int
  /// The length of a target pixel.
  let step: Int
  /// The position of the first target pixel; negative if it begins in the background.
  let start: Int

  /// Centers the target on the source. A target pixel covers `scale` source pixels.
  private init(
    _ source: Int, _ target: Int, scale: (numerator: Int, denominator: Int)
  ) {
    // The factor 2 makes the position of the centered target an integer.
    sourceCount = source
    unit = 2 * scale.denominator
    step = 2 * scale.numerator
    start = source * scale.denominator - target * scale.numerator
  }

  /// The weights of both axes, for the numbers of pixels of the source and of the target.
  static func axes(
    rows: (source: Int, target: Int), columns: (source: Int, target: Int), _ mode: ResizeMode
  ) -> (rows: AreaWeights, columns: AreaWeights) {
    let isWide = columns.source * rows.target >= rows.source * columns.target
    let rowScale: (Int, Int)
    let columnScale: (Int, Int)
    switch mode {
    case .stretch: (rowScale, columnScale) = (rows, columns)
    case .crop:
      rowScale = isWide ? rows : columns
      columnScale = rowScale
    case .pad:
      rowScale = isWide ? columns : rows
      columnScale = rowScale
    }
    return (
      AreaWeights(rows.source, rows.target, scale: rowScale),
      AreaWeights(columns.source, columns.target, scale: columnScale)
    )
  }

  /// Calls `body` with each source pixel that a target pixel covers, and its weight. Returns the sum of
  /// the weights, which is less than `step` if the target pixel covers background.
  @inline(__always)
  func forEach(_ index: Int, _ body: (_ source: Int, _ weight: Int) -> Void) -> Int {
    let from = max(0, start + index * step)
    let to = min(sourceCount * unit, start + (index + 1) * step)
    guard from < to else { return 0 }
    for source in from / unit...(to - 1) / unit {
      body(source, min(to, (source + 1) * unit) - max(from, source * unit))
    }
    return to - from
  }
}
