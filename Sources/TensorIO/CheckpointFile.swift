// Checkpoints that another program saved with other element types, such as half precision.

extension TensorFile {
  /// Opens a checkpoint whose numbers may have any type.
  ///
  /// F16, BF16 and all integers up to 2²⁴ are converted to F32 exactly. Other numbers are rounded to the
  /// nearest single-precision number, ties to even, and the ``notes`` state how many. Converted data is in
  /// a temporary file. A file of F32 tensors is used as it is.
  ///
  /// - Parameter path: A path, or `-` for standard input.
  /// - Throws: What `init(_:)` throws; `.cannotCreate` and `.inputOutput` for the temporary file.
  public static func checkpoint(_ path: String) throws(FileError) -> TensorFile {
    let file = try TensorFile(path)
    guard file.header.entries.contains(where: \.type.isConvertible) else { return file }
    var entries: [TensorEntry] = []
    var places: [Place] = []
    var (roundedCount, count) = (0, 0)
    for entry in file.header.entries {
      guard let place = file.place(of: entry.name) else { continue }
      var converted = PlacedTensor(entry: entry, place: place)
      if entry.type.isConvertible,
        let (content, rounded) = try ArrayView(place, entry).floats(file.path),
        let floats = TensorEntry(valid: entry.name, .f32, entry.shape)
      {
        roundedCount += rounded
        count += entry.elementCount
        converted = PlacedTensor(entry: floats, place: Place(content: content, start: 0))
      }
      entries.append(converted.entry)
      places.append(converted.place)
    }
    let header = TensorHeader(
      metadata: file.header.metadata, entries: entries, crc32: file.header.crc32,
      hasNoChecksum: file.header.hasNoChecksum)
    let result = try TensorFile(file.path, header, places)
    if roundedCount > 0 {
      result.notes.append(
        "\(roundedCount) of \(count) converted values are rounded to single precision")
    }
    return result
  }
}

extension ElementType {
  /// Whether the elements are numbers that may be converted to single precision. Bytes and Booleans are
  /// never parameters.
  fileprivate var isConvertible: Bool {
    switch self {
    case .f16, .bf16, .f64, .i8, .i16, .u16, .i32, .u32, .i64, .u64: true
    default: false
    }
  }
}
