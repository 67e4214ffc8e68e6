/// A network in words, as the checkpoint keeps it: `dense 128; relu; dense 784; tanh`.
///
/// Each word is one layer and, counted from 0, its place in PyTorch's `nn.Sequential`:
///
/// | word                                                          | PyTorch                  |
/// |---------------------------------------------------------------|--------------------------|
/// | `dense N [no-bias]`                                           | `Linear`                 |
/// | `conv N kernel K [stride S] [padding P or same] [no-bias]`    | `Conv2d`                 |
/// | `conv-transposed N kernel K` …, `output-padding Q`            | `ConvTranspose2d`        |
/// | `upsample F`, before a `conv` of stride 1                     | `Upsample`, nearest      |
/// | `batch-norm [epsilon E] [momentum M]`                         | `BatchNorm2d`            |
/// | `layer-norm [epsilon E]`                                      | `GroupNorm(1, channels)` |
/// | `dropout P`                                                   | `Dropout`                |
/// | `zero-pad N`, `crop N`                                        | `ZeroPad2d(±N)`          |
/// | `mean-pool N`                                                 | `AvgPool2d`              |
/// | `reshape CxHxW`, `flatten`                                    | `Unflatten`, `Flatten`   |
/// | `relu`, `leaky-relu SLOPE`, `tanh`, `sigmoid`                 | `ReLU`, `LeakyReLU`, …   |
///
/// `residual` … `shortcut` … `add` is a residual block: the layers before `shortcut`, of the block's
/// input, plus those after it, of the same input; nothing between `shortcut` and `add` is the input
/// itself.
public struct Architecture: Equatable, Sendable {
  /// One layer, before it knows what comes in.
  package enum LayerSpec: Equatable, Sendable {
    case dense(Int, bias: Bool = true)
    case convolution(
      channels: Int, kernel: Int, stride: Int = 1, padding: Padding = .each(0), bias: Bool = true)
    case transposedConvolution(
      channels: Int, kernel: Int, stride: Int = 1, padding: Int = 0, outputPadding: Int = 0,
      bias: Bool = true)
    case upsample(Int)
    case batchNorm(epsilon: Double = Architecture.epsilon, momentum: Double = Architecture.momentum)
    case layerNorm(epsilon: Double = Architecture.epsilon)
    case dropout(Double)
    case zeroPad(Int)
    case crop(Int)
    case meanPool(Int)
    case reshape(ImageShape)
    case flatten
    case leakyReLU(Double)
    case tanh
    case sigmoid
    case residual, shortcut, add
  }

  /// What a convolution sees around an image.
  package enum Padding: Equatable, Sendable {
    /// So many zeros on every side.
    case each(Int)
    /// As many as make ⌈size / stride⌉ outputs; the odd one behind.
    case same
  }

  package let layers: [LayerSpec]

  package init(_ layers: [LayerSpec]) { self.layers = layers }

  /// PyTorch's defaults.
  package static let epsilon = 1e-5
  package static let momentum = 0.1

  /// The most layers that a network may have.
  package static let maximumDepth = 256

  /// The most features that a layer may have. With `maximumDepth`, it keeps all counts far from
  /// overflow.
  package static let maximumWidth = 1 << 24
}
