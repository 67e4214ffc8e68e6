// Images of any supported file, as the tools use them. A tensor file of our own is used as it is. Arrays
// of other programs get our names, axes, types and range; what was assumed or converted is noted.

/// How the images of a file are read.
public struct ImageReading: Sendable {
  /// The name of the array with the images; nil for the default.
  public var images: String?
  /// The name of the array with the labels; nil for the default.
  public var labels: String?
  /// The order of the axes; nil for that of the metadata `layout`, or the default of the format.
  public var axes: AxisOrder?
  /// The values of black and white, such as `0,255`; nil for the metadata `range`, or the default of
  /// the values.
  public var range: String?
  /// Whether the images must be U8 with range `0,255` or F32 with range `-1,1`.
  public var isForTraining: Bool

  /// The defaults.
  public init(isForTraining: Bool = false) { self.isForTraining = isForTraining }
}

extension TensorFile {
  /// Opens images: a tensor file of kind `images`, a safetensors file of another program, or a .npy or
  /// .npz file of NumPy.
  ///
  /// The result has the tensor `images`, U8 or F32, N×C×H×W, the metadata `range`, and the tensor
  /// `labels`, U8 or I64, N, if the file has labels. Data that needs no conversion stays in the file.
  /// Converted data is in a temporary file.
  ///
  /// - Parameters:
  ///   - path: A path, or `-` for standard input.
  ///   - reading: What to read, and how.
  /// - Returns: The images. The ``notes`` state what was assumed.
  /// - Throws: What `arrays(_:)` throws; `.invalid` if there are no images, several candidates, an
  ///   implausible order of axes, or values that do not fit.
  public static func images(
    _ path: String, _ reading: ImageReading = ImageReading()
  ) throws(FileError) -> TensorFile {
    let file = try ArrayFile(path)
    var reader = try ImagesReader(file, reading)
    let (images, range) = try reader.images()
    let labels = try reader.labels(count: images.entry.shape[0])
    if case .tensors(let tensors) = file, reader.isUnchanged { return tensors }
    var metadata = file.metadata.filter { $0.key != "layout" }
    metadata["range"] = range
    metadata[TensorHeader.kindKey] = "images"
    let parts = [images, labels].compactMap { $0 }
    let header = TensorHeader(
      metadata: metadata, entries: parts.map(\.entry), crc32: nil,
      hasNoChecksum: reader.hasNoChecksum)
    let result = try TensorFile(file.path, header, parts.map(\.place))
    result.notes = reader.notes
    return result
  }
}

/// A tensor of the result.
struct PlacedTensor {
  var entry: TensorEntry
  var place: TensorFile.Place
}
