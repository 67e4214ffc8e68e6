// The images of a tensor file that are drawn, and their pixels.
import TensorIO

/// Which images of a file are drawn, and which of their channels.
public struct ImageSelection: Sendable {
  /// The index of the first image, from 0.
  public var first: Int
  /// The number of images; nil for the default of the function that draws them.
  public var count: Int?
  /// Whether to select the images at equal distances from `first` to the end, instead of
  /// consecutively.
  public var spread: Bool
  /// The only channel to draw, from 0, as gray; nil for all channels.
  public var band: Int?

  /// Creates a selection; by default all images.
  ///
  /// - Precondition: `first` is at least 0, `count` at least 1.
  public init(first: Int = 0, count: Int? = nil, spread: Bool = false, band: Int? = nil) {
    precondition(first >= 0 && count.map { $0 > 0 } ?? true)
    (self.first, self.count, self.spread, self.band) = (first, count, spread, band)
  }
}

/// Images of a tensor file that are drawn, after checking everything that drawing needs except the
/// values.
///
/// The tensor `images` is N×C×H×W, U8 or F32. The metadata `range` states the values that are drawn as
/// 0 and 255 (see `PixelRange`).
///
/// Several threads may read images at the same time: reading elements does not change the file.
struct SelectedImages: @unchecked Sendable {
  /// The number of images in the file.
  let total: Int
  /// The indices of the images to draw, in ascending order.
  let indices: [Int]
  /// The number of channels to draw: 1 to 4.
  let channels: Int
  let height: Int
  let width: Int

  private let file: TensorFile
  private let isByte: Bool
  private let range: PixelRange
  private let pixelOfByte: [UInt8?]
  private let imageSize: Int
  /// The offset of the first channel to draw in an image.
  private let offset: Int

  /// Selects images.
  ///
  /// - Parameters:
  ///   - selection: Which images.
  ///   - file: A tensor file of the kind `images`.
  ///   - defaultCount: The number of images for the number of available ones, if the selection has none.
  /// - Throws: `.usage` if the file does not have the images or the band, or has more than 4 channels and
  ///   no band is selected; `.invalid` if the file is not as described.
  init(
    _ selection: ImageSelection, of file: TensorFile, defaultCount: (_ available: Int) -> Int
  ) throws(FileError) {
    let (entry, range) = try images(of: file)
    let shape = entry.shape
    (self.file, self.range) = (file, range)
    (total, height, width) = (shape[0], shape[2], shape[3])
    channels = try selection.channels(of: shape[1], file.path)
    indices = try selection.indices(of: shape[0], file.path, defaultCount)
    isByte = entry.type == .u8
    pixelOfByte = (0...255).map { range.pixel(Float($0)) }
    imageSize = entry.elementCount / total
    offset = (selection.band ?? 0) * height * width
  }

  /// The pixels of an image, channels×H×W.
  ///
  /// - Parameter image: The index of the image in the file.
  /// - Throws: `.invalid` if a pixel is NaN.
  func pixels(of image: Int) throws(FileError) -> [UInt8] {
    isByte
      ? try pixels(of: image) { pixelOfByte[Int($0 as UInt8)] }
      : try pixels(of: image) { range.pixel($0 as Float) }
  }

  /// `pixel` returns nil for NaN.
  private func pixels<Number: BitwiseCopyable>(
    of image: Int, _ pixel: (Number) -> UInt8?
  ) throws(FileError) -> [UInt8] {
    let start = image * imageSize + offset
    let count = channels * height * width
    let pixels = try file.withNumbers(of: "images") { (numbers: Span<Number>) throws(FileError) in
      var pixels: [UInt8] = []
      pixels.reserveCapacity(count)
      for index in start..<start + count {
        guard let pixel = pixel(numbers[index]) else {
          throw FileError(.invalid, file.path, "image \(image) (counted from 0) contains NaN")
        }
        pixels.append(pixel)
      }
      return pixels
    }
    return pixels ?? []
  }
}

extension ImageSelection {
  /// The number of channels to draw of images with `count` channels.
  fileprivate func channels(of count: Int, _ path: String) throws(FileError) -> Int {
    if let band {
      guard 0..<count ~= band else {
        throw FileError(
          .usage, path,
          "--band \(band) is out of range (expected 0 to \(count - 1); the images have \(count) "
            + "channel\(count == 1 ? "" : "s"))")
      }
      return 1
    }
    guard count <= 4 else {
      throw FileError(
        .usage, path,
        "images have \(count) channels (expected 1 to 4: gray or RGB, each with or without alpha); use "
          + "--band to draw one channel, 0 to \(count - 1)")
    }
    return count
  }

  /// The indices of the selected images of `total`.
  fileprivate func indices(
    of total: Int, _ path: String, _ defaultCount: (Int) -> Int
  ) throws(FileError) -> [Int] {
    let counted = total == 1 ? "the file has 1 image" : "the file has \(total) images"
    guard first < total else {
      throw FileError(
        .usage, path, "--first \(first) is out of range (expected 0 to \(total - 1); \(counted))")
    }
    let available = total - first
    let count = count ?? defaultCount(available)
    guard count <= available else {
      throw FileError(
        .usage, path,
        "-n \(count) is out of range (expected at most \(available) from --first \(first) on; "
          + "\(counted))")
    }
    return (0..<count).map { first + (spread ? $0 * available / count : $0) }
  }
}

/// The tensor `images` of a file and its range, checked.
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
  guard shape[1] > 0 else { throw invalid("images have 0 channels") }
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
