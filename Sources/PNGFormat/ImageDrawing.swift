// From a tensor file to a PNG: what the tool `tensor2png` does.
import TensorIO

/// Draws images of a tensor file of the kind "images" as a grid.
///
/// The tensor `images` is N×C×H×W, U8 or F32, with C = 1 (grey) or 3 (red, green, blue); the
/// file's `range` says which values are drawn as 0 and 255 (see `PixelRange`).
///
/// - Parameters:
///   - file: The images.
///   - columns: The images in a row; by default the square root of their number, rounded up.
///   - padding: Pixels between the images and around them.
///   - scale: Each pixel is drawn as a square of so many pixels each way.
///   - first: The image to begin with, from 0.
///   - count: How many images are drawn; by default 64, or all from the first if there are fewer.
///   - spread: Whether they are taken evenly from there to the end, not one after another.
///
/// Returns the bytes of a PNG file. Throws `.usage` for images that the file does not have and for
/// a picture that would be too large, and `.invalid` for a file that is not as described, also when
/// a pixel is NaN.
///
/// - Precondition: columns, scale and count are at least 1, padding and first at least 0.
public func drawImages(
  of file: TensorFile, columns: Int? = nil, padding: Int = 2, scale: Int = 1, first: Int = 0,
  count: Int? = nil, spread: Bool = false
) throws(FileError) -> [UInt8] {
  precondition(first >= 0 && count.map { $0 > 0 } ?? true)
  let (entry, range) = try images(of: file)
  let shape = entry.shape
  let total = shape[0]
  guard first < total else {
    throw FileError(.usage, file.path, "has \(counted(total)); --first \(first) is past the end")
  }
  let rest = total - first
  let count = count ?? (rest <= 256 ? rest : 64)
  guard count <= rest else {
    throw FileError(
      .usage, file.path, "has \(counted(total)); there are not \(count) from --first \(first) on")
  }
  guard
    let grid = ImageGrid(
      count: count, channels: shape[1], imageHeight: shape[2], imageWidth: shape[3],
      columns: columns, padding: padding, scale: scale)
  else {
    throw FileError(
      .usage, file.path,
      "the picture would be too large: over \(ImageGrid.sideLimit) pixels a side or "
        + "\(ImageGrid.byteLimit >> 30) GiB")
  }

  let chosen = (0..<count).map { first + (spread ? $0 * rest / count : $0) }
  let imageSize = entry.elementCount / total
  let levels = (0...255).map { range.pixel(Float($0)) }
  let pixels =
    entry.type == .u8
    ? try draw(chosen, of: file, imageSize) { levels[Int($0 as UInt8)] }
    : try draw(chosen, of: file, imageSize) { range.pixel($0 as Float) }
  return try encodePNG(
    grid.draw(pixels), width: grid.width, height: grid.height, channels: grid.channels,
    path: file.path)
}

/// A number of images in words.
private func counted(_ count: Int) -> String { count == 1 ? "1 image" : "\(count) images" }

/// The pixels of some images, one after another; `pixel` is nil for NaN.
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
            .invalid, file.path, "image \(image), counted from 0, has a pixel that is NaN")
        }
        pixels.append(pixel)
      }
    }
    return pixels
  }
  return pixels ?? []
}

/// The images of a file that has everything needed to draw them.
private func images(of file: TensorFile) throws(FileError)
  -> (entry: TensorEntry, range: PixelRange)
{
  func refusal(_ message: String) -> FileError { FileError(.invalid, file.path, message) }
  try file.require(kind: "images")
  guard let entry = file.header["images"] else { throw refusal("has no tensor \"images\"") }
  guard entry.type != .i64 else { throw refusal("images are of type I64, not U8 or F32") }
  let shape = entry.shape
  guard shape.count == 4 else {
    throw refusal("images are of rank \(shape.count), not 4 (N×C×H×W)")
  }
  guard shape[0] > 0 else { throw refusal("has 0 images") }
  guard shape[1] == 1 || shape[1] == 3 else {
    throw refusal("images have \(shape[1]) channels, not 1 (grey) or 3 (red, green, blue)")
  }
  guard entry.elementCount > 0 else {
    throw refusal("images are of \(shape[2])×\(shape[3]) pixels")
  }
  guard let text = file.header.metadata["range"] else {
    throw refusal("does not state the range of its values: no \"range\" in the metadata")
  }
  guard let range = PixelRange(text) else {
    throw refusal("range is \(quoted(text)), not two numbers such as \"-1,1\"")
  }
  return (entry, range)
}
