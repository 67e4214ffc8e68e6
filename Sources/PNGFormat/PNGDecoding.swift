// From the chunks of a PNG file to its pixels, row by row: inflate, take the filter back, read the
// samples. libpng has a fast way for each of these, and most of its security advisories there; here
// every access is checked. What comes is 8 bits a channel, without transparency.
// https://www.w3.org/TR/png-3/#9Filters
import TensorIO

/// Decodes a PNG file of any kind.
///
/// A sample of 16 bits is rounded to the nearest of 8; smaller ones are spread to 0…255. Gamma and
/// colour profiles are not applied.
///
/// - Parameters:
///   - file: The bytes of the file.
///   - isGray: Whether a gray picture is to come, of the luma of colours; otherwise one of three
///     channels.
///   - background: What transparent pixels lie over.
///   - path: The file's name for messages.
///
/// Throws `.invalid` for a file that is damaged, or announces more pixels than its bytes can hold:
/// so memory is bounded by the file's size, and by 2²⁶ pixels.
public func decodePNG(
  _ file: [UInt8], isGray: Bool, over background: Color, path: String
) throws(FileError) -> Bitmap {
  let chunks = try PNGChunks(file, path: path)
  let header = chunks.header
  let compressed = chunks.data.reduce(0) { $0 + $1.count }
  guard header.dataByteCount <= compressed * PNGInflater.ratioLimit else {
    throw FileError(
      .invalid, path,
      "announces \(header.width)×\(header.height) pixels, more than its \(compressed) bytes of image "
        + "data can hold")
  }
  let reader = PNGPixelReader(chunks)
  let inflater = try PNGInflater(file, chunks.data, path: path)
  var bitmap = Bitmap(height: header.height, width: header.width, channels: isGray ? 1 : 3)
  for pass in header.passes {
    var row = [UInt8](repeating: 0, count: 1 + header.rowByteCount(pass))
    var previous = row
    for y in 0..<pass.height {
      try inflater.fill(&row)
      guard unfilter(&row, previous, distance: max(1, header.bitsPerPixel / 8)) else {
        throw FileError(.invalid, path, "image data is damaged: unknown filter \(row[0])")
      }
      let target = pass.start.y + y * pass.step.y
      for x in 0..<pass.width {
        guard let (color, alpha) = reader.pixel(x, of: row) else {
          throw FileError(.invalid, path, "has a pixel of a color that its palette does not have")
        }
        bitmap.set(
          pass.start.x + x * pass.step.x, target,
          alpha == 255 ? color : color.over(background, alpha: alpha))
      }
      swap(&row, &previous)
    }
  }
  try inflater.finish()
  return bitmap
}

/// Takes back the filter of a row that its first byte names; false if there is none of that name.
///
/// - Parameters:
///   - row: The row, changed in place.
///   - previous: The row above in the same pass, without a filter; zeros for the first.
///   - distance: How many bytes to the left the pixel before is.
func unfilter(_ row: inout [UInt8], _ previous: [UInt8], distance: Int) -> Bool {
  precondition(row.count == previous.count)
  func left(_ index: Int) -> UInt8 { index > distance ? row[index - distance] : 0 }
  switch row[0] {
  case 0: break
  case 1: for index in 1..<row.count { row[index] &+= left(index) }
  case 2: for index in 1..<row.count { row[index] &+= previous[index] }
  case 3:
    for index in 1..<row.count {
      row[index] &+= UInt8((Int(left(index)) + Int(previous[index])) / 2)
    }
  case 4:
    for index in 1..<row.count {
      let corner = index > distance ? previous[index - distance] : 0
      row[index] &+= paeth(left(index), previous[index], corner)
    }
  default: return false
  }
  return true
}

/// Whichever of the pixels to the left, above, and above to the left is the nearest to left + above −
/// corner; the first of them if several are.
private func paeth(_ left: UInt8, _ above: UInt8, _ corner: UInt8) -> UInt8 {
  let (a, b, c) = (Int(left), Int(above), Int(corner))
  let (toLeft, toAbove, toCorner) = (abs(b - c), abs(a - c), abs(a + b - 2 * c))
  if toLeft <= toAbove, toLeft <= toCorner { return left }
  return toAbove <= toCorner ? above : corner
}

/// Reads the pixels of rows.
private struct PNGPixelReader {
  private let header: PNGHeader
  /// The entries of the palette.
  private let palette: [(color: Color, alpha: UInt8)]
  /// The samples of the color that is transparent, as one number, 16 bits each.
  private let transparent: Int?

  init(_ chunks: PNGChunks) {
    header = chunks.header
    let (levels, alphas) = (chunks.palette, chunks.transparency)
    palette = stride(from: 0, to: levels.count, by: 3).map { start in
      let alpha = start / 3 < alphas.count ? alphas[start / 3] : 255
      return (Color(levels[start], levels[start + 1], levels[start + 2]), alpha)
    }
    let hasKey = header.colorType != .palette && !alphas.isEmpty
    transparent = hasKey ? alphas.reduce(0) { $0 << 8 | Int($1) } : nil
  }

  /// A pixel of a row without a filter; nil if the palette does not have it.
  func pixel(_ x: Int, of row: [UInt8]) -> (color: Color, alpha: UInt8)? {
    let first = x * header.samples
    let value = sample(first, of: row)
    switch header.colorType {
    case .gray:
      return (Color(gray: level(value)), value == transparent ? 0 : 255)
    case .palette:
      return value < palette.count ? palette[value] : nil
    case .grayAlpha:
      return (Color(gray: level(value)), level(sample(first + 1, of: row)))
    case .rgb, .rgba:
      let (green, blue) = (sample(first + 1, of: row), sample(first + 2, of: row))
      let color = Color(level(value), level(green), level(blue))
      if header.colorType == .rgba { return (color, level(sample(first + 3, of: row))) }
      return (color, value << 32 | green << 16 | blue == transparent ? 0 : 255)
    }
  }

  /// The number that a row has in some place; its first byte is that of the filter.
  private func sample(_ index: Int, of row: [UInt8]) -> Int {
    switch header.depth {
    case 8: return Int(row[1 + index])
    case 16: return Int(row[1 + 2 * index]) << 8 | Int(row[2 + 2 * index])
    default:
      let bit = index * header.depth
      return Int(row[1 + bit / 8]) >> (8 - header.depth - bit % 8) & (1 << header.depth - 1)
    }
  }

  /// A sample as 8 bits, rounded to the nearest: a half cannot be.
  private func level(_ sample: Int) -> UInt8 {
    let highest = 1 << header.depth - 1
    return UInt8((sample * 255 + highest / 2) / highest)
  }
}
