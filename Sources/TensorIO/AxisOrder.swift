/// The order of the axes of images. The raw value is that of the metadata `layout`.
public enum AxisOrder: String, Sendable, CaseIterable {
  /// N × C × H × W, as in PyTorch and in our files.
  case channelsFirst = "NCHW"
  /// N × H × W × C, as in TensorFlow and image files.
  case channelsLast = "NHWC"

  /// Whether a shape is probably N × H × W × C: as N × C × H × W, the images would be narrow strips with
  /// an unusual number of channels.
  package static func isProbablyChannelsLast(_ shape: [Int]) -> Bool {
    let usual = [1, 3, 4]
    return shape.count == 4 && usual.contains(shape[3]) && !usual.contains(shape[1])
      && shape[1] > 0 && shape[2] > shape[3]
  }
}
