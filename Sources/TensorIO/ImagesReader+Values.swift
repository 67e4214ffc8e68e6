// The axes, the type and the range of images.

extension ImagesReader {
  /// The images, with their range.
  mutating func images() throws(FileError) -> (tensor: PlacedTensor, range: String) {
    guard let entry = file.entries.first(where: { $0.name == name }) else {
      // The array of this name cannot be read, and this is the reason.
      let view = try file.view(name)
      throw invalid("tensor \(shown(name)) has unsupported elements \(view.type.rawValue)")
    }
    let range = reading.range ?? file.metadata["range"]
    if isImagesFile, reading.images == nil, let unchanged = unreadable(entry, range) {
      return unchanged
    }
    try checkShape(entry)
    var view = try withAxes(file.view(name), entry)
    guard view.shape.dropFirst().reduce(1, *) <= 1 << 24 else {
      throw invalid("an image has more than 16777216 values")
    }
    if name != "images" || reading.range != nil { change() }
    let result: (place: TensorFile.Place, type: ElementType, range: String)
    if let range {
      guard let values = ValueRange(range) else {
        throw invalid(
          "invalid range (expected two numbers, such as \"-1,1\"; found \(quoted(range)))")
      }
      if view.type == .bool { view = view.reinterpreted(as: .u8) }
      result =
        try values == ValueRange(0, 255) && !view.type.isReal && view.type != .u8
        ? bytes(view, advice: "") : numbers(view, values, range)
    } else {
      result = try withoutRange(view)
      change()
    }
    return (
      PlacedTensor(entry: TensorEntry("images", result.type, view.shape), place: result.place),
      result.range
    )
  }

  /// A tensor of a file of ours that the callers refuse with their own messages.
  private func unreadable(
    _ entry: TensorEntry, _ range: String?
  ) -> (tensor: PlacedTensor, range: String)? {
    let isReadable =
      [3, 4].contains(entry.shape.count) && entry.elementCount > 0
      && entry.elementCount / entry.shape[0] <= 1 << 24
      && range.map { ValueRange($0) != nil } ?? true
    guard !isReadable, entry.type == .u8 || entry.type == .f32,
      let place = file.place(of: entry.name)
    else { return nil }
    return (PlacedTensor(entry: entry, place: place), range ?? "")
  }

  private func checkShape(_ entry: TensorEntry) throws(FileError) {
    guard entry.type.swiftType != nil else {
      throw invalid("tensor \(shown(name)) has unsupported elements \(entry.type.rawValue)")
    }
    guard entry.shape.count == 3 || entry.shape.count == 4 else {
      let advice =
        entry.shape.count == 2
        ? "; reshape it, such as images.reshape(-1, 1, 28, 28) in Python" : ""
      throw invalid(
        "tensor \(shown(name)) has shape \(entry.shownShape) (expected N x H x W, or N x C x H x W)"
          + advice)
    }
  }

  /// The view as N × C × H × W.
  private mutating func withAxes(
    _ view: ArrayView, _ entry: TensorEntry
  ) throws(FileError) -> ArrayView {
    let shape = entry.shape
    guard shape.count == 4 else {
      let asOneImage = [1] + shape
      if AxisOrder.isProbablyChannelsLast(asOneImage), reading.axes == nil {
        throw invalid(
          "tensor \(shown(name)) has shape \(entry.shownShape), which is probably one image of H x W x C; "
            + "add an axis, such as images[None] in Python")
      }
      change()
      return view.insertingAxis(at: 1)
    }
    var axes = reading.axes
    if axes == nil, let layout = file.metadata["layout"] {
      guard let stated = AxisOrder(rawValue: layout) else {
        throw invalid("metadata layout is not valid: \(quoted(layout)) (expected NCHW or NHWC)")
      }
      axes = stated
    }
    if axes == nil, AxisOrder.isProbablyChannelsLast(shape) {
      guard isNumPy else {
        throw invalid(
          "tensor \(shown(name)) has shape \(entry.shownShape), which is probably N x H x W x C "
            + "(expected N x C x H x W); convert it with npy2tensor --axes NHWC, or add the metadata "
            + "layout, NHWC or NCHW")
      }
      note("shape \(entry.shownShape) is read as N x H x W x C, and transposed")
      axes = .channelsLast
    }
    guard axes == .channelsLast else { return view }
    change()
    return view.permuted([0, 3, 1, 2])
  }

  private typealias Values = (place: TensorFile.Place, type: ElementType, range: String)

  /// Images with a range.
  private mutating func numbers(
    _ view: ArrayView, _ range: ValueRange, _ text: String
  ) throws(FileError) -> Values {
    let isStandard =
      view.type == .u8 && range == ValueRange(0, 255)
      || view.type.isReal && range == ValueRange(-1, 1)
    // Training compares texts.
    let given = text
    let text = isStandard ? view.type == .u8 ? "0,255" : "-1,1" : text
    if text != given { change() }
    guard isStandard || !reading.isForTraining else {
      change()
      note("values of range \(text) are scaled to -1,1")
      let content = try view.scaled(file.path, shown(name), from: range, text)
      return (place(content), .f32, "-1,1")
    }
    if view.type == .u8 || view.type == .f32 {
      if !view.isNative { change() }
      return (try view.nativePlace(file.path, name), view.type, text)
    }
    change()
    guard let (content, roundedCount) = try view.floats(file.path) else {
      return (view.place, view.type, text)
    }
    if roundedCount > 0 {
      note("\(roundedCount) of \(view.elementCount) values are rounded to single precision")
    }
    return (place(content), .f32, text)
  }

  /// Integers from 0 to 255.
  private mutating func bytes(_ view: ArrayView, advice: String) throws(FileError) -> Values {
    change()
    let content = try view.bytes(file.path, shown(name), advice: advice)
    return (place(content), .u8, "0,255")
  }

  /// Images without a range: integers have that of bytes, and real numbers one that their extremes
  /// leave no doubt about.
  private mutating func withoutRange(_ view: ArrayView) throws(FileError) -> Values {
    let way =
      isNumPy
      ? "state the range with npy2tensor --range LOWEST,HIGHEST"
      : "add the values of black and white as the metadata range, such as save_file(tensors, path, "
        + "{\"range\": \"0,1\"})"
    guard view.type.isReal else {
      if view.type == .bool { note("Boolean images: False is black, True is white") }
      if view.type == .u8 {
        if !isNumPy { note("metadata has no range; U8 is read as range 0,255") }
        return (try view.nativePlace(file.path, name), .u8, "0,255")
      }
      return try bytes(view, advice: "; \(way)")
    }
    guard view.elementCount > 0, let extent = try view.extent() else {
      return (try view.nativePlace(file.path, name), view.type, "-1,1")
    }
    if let offset = extent.notFinite {
      throw invalid("\(shown(name))\(view.index(offset)) is not finite")
    }
    let (lowest, highest) = (Float(extent.minimum), Float(extent.maximum))
    let values = "values from \(lowest) to \(highest)"
    switch (extent.minimum, extent.maximum) {
    case (0.0..., ...1.0):
      note("\(values) are read as range 0,1")
      return try numbers(view, ValueRange(0, 1), "0,1")
    case ((-1.0)..., ...1.0):
      note("\(values) are read as range -1,1")
      return try numbers(view, ValueRange(-1, 1), "-1,1")
    case (0.0..., ...255.0) where extent.isWhole:
      note("integers from \(lowest) to \(highest) are read as range 0,255")
      return try bytes(view, advice: "")
    default: throw invalid("tensor \(shown(name)) has \(values) and no range; \(way)")
    }
  }

  private func place(_ content: FileContent?) -> TensorFile.Place {
    guard let content else {
      preconditionFailure("checkShape admits only types that can be converted")
    }
    return TensorFile.Place(content: content, start: 0)
  }
}

extension ElementType {
  /// Whether the elements may have fractions.
  fileprivate var isReal: Bool { self == .f32 || self == .f16 || self == .bf16 || self == .f64 }
}
