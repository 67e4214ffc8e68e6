// Draws the images of a tensor file as a PNG: the work of the tool `tensor2png`.
import TensorIO

/// Draws images of a tensor file of the kind `images` as a grid.
///
/// The tensor `images` is N×C×H×W, U8 or F32, with C = 1 (gray) or 3 (red, green, blue). The metadata
/// `range` states the values that are drawn as 0 and 255 (see `PixelRange`).
///
/// - Parameters:
///   - file: The images.
///   - columns: The number of images in a row; by default the square root of their number, rounded up.
///   - padding: The space between images and around them, in pixels.
///   - scale: Each pixel is drawn as a square of `scale` × `scale` pixels.
///   - first: The index of the first image, from 0.
///   - count: The number of images; by default all from `first` on if they are at most 256, otherwise
///     64.
///   - spread: Whether to select the images at equal distances from `first` to the end, instead of
///     consecutively.
/// - Returns: The bytes of a PNG file.
/// - Precondition: `columns`, `scale` and `count` are at least 1, `padding` and `first` at least 0.
/// - Throws: `.usage` if the file does not have the images or the grid is too large; `.invalid` if the
///   file is not as described, or a pixel is NaN.
public func drawImages(
  of file: TensorFile, columns: Int? = nil, padding: Int = 2, scale: Int = 1, first: Int = 0,
  count: Int? = nil, spread: Bool = false
) throws(FileError) -> [UInt8] {
  precondition(first >= 0 && count.map { $0 > 0 } ?? true)
  let (entry, range) = try images(of: file)
  let shape = entry.shape
  let total = shape[0]
  guard first < total else {
    throw FileError(
      .usage, file.path,
      "--first \(first) is out of range (expected 0 to \(total - 1); \(counted(total)))")
  }
  let available = total - first
  let count = count ?? (available <= 256 ? available : 64)
  guard count <= available else {
    throw FileError(
      .usage, file.path,
      "-n \(count) is out of range (expected at most \(available) from --first \(first) on; "
        + "\(counted(total)))")
  }
  guard
    let grid = ImageGrid(
      count: count, channels: shape[1], imageHeight: shape[2], imageWidth: shape[3],
      columns: columns, padding: padding, scale: scale)
  else {
    throw FileError(
      .usage, file.path,
      "the grid would be too large (the limits are \(ImageGrid.sideLimit) pixels per side and "
        + "\(ImageGrid.byteLimit >> 30) GiB)")
  }

  let selected = (0..<count).map { first + (spread ? $0 * available / count : $0) }
  let imageSize = entry.elementCount / total
  let pixelOfByte = (0...255).map { range.pixel(Float($0)) }
  let pixels =
    entry.type == .u8
    ? try draw(selected, of: file, imageSize) { pixelOfByte[Int($0 as UInt8)] }
    : try draw(selected, of: file, imageSize) { range.pixel($0 as Float) }
  return try encodePNG(
    grid.draw(pixels), width: grid.width, height: grid.height, channels: grid.channels,
    path: file.path)
}

private func counted(_ count: Int) -> String {
  count == 1 ? "the file has 1 image" : "the file has \(count) images"
}

/// The pixels of some images, one after another. `pixel` returns nil for NaN.
private func draw<Number: BitwiseCopyable>(
  _ images: [Int], of file: TensorFile, _ imageSize: Int, _ pixel: (Number) -> UInt8?
) throws(FileError) -> [UInt8] {
  let pixels = try file.withNumbers(of: "images") { (numbers: Span<Number>) throws(FileError) in
    var pixels: [UInt8] = []
    pixels.reserveCapacity(images.count * imageSize)
    for image in images {
      for index in image * imageSize..<(image + 1) * imageSize {
        guard let pixel = pixel(numbers[index]) else {
          throw FileError(
            .invalid, file.path, "image \(image) (counted from 0) contains NaN")
        }
        pixels.append(pixel)
      }
    }
    return pixels
  }
  return pixels ?? []
}

/// The tensor `images` of a file and its range, after checking everything that drawing needs.
private func images(of file: TensorFile) throws(FileError)
  -> (entry: TensorEntry, range: PixelRange)
{
  func invalid(_ message: String) -> FileError { FileError(.invalid, file.path, message) }
  try file.require(kind: "images")
  guard let entry = file.header["images"] else { throw invalid("has no tensor \"images\"") }
  guard entry.type == .u8 || entry.type == .f32 else {
    throw invalid(
      "tensor images has an unsupported type (expected U8 or F32, found \(entry.type.rawValue))")
  }
  let shape = entry.shape
  guard shape.count == 4 else {
    throw invalid(
      "tensor images has an unsupported rank (expected 4, N×C×H×W; found \(shape.count))")
  }
  guard shape[0] > 0 else { throw invalid("has 0 images") }
  guard shape[1] == 1 || shape[1] == 3 else {
    throw invalid(
      "images have an unsupported number of channels (expected 1, gray, or 3, RGB; found "
        + "\(shape[1]))")
  }
  guard entry.elementCount > 0 else {
    throw invalid("images have no pixels (\(shape[2])×\(shape[3]))")
  }
  guard let text = file.header.metadata["range"] else {
    throw invalid("metadata has no \"range\" (expected two numbers, such as \"-1,1\")")
  }
  guard let range = PixelRange(text) else {
    throw invalid("invalid range (expected two numbers, such as \"-1,1\"; found \(quoted(text)))")
  }
  return (entry, range)
}
