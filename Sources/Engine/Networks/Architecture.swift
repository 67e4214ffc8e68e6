/// A network as a list of layers, in the text form that a checkpoint holds:
/// `dense 128; relu; dense 784; tanh`.
///
/// Each entry is one layer. Its index, counted from 0, is its name in PyTorch's `nn.Sequential`.
///
/// | entry                                                         | PyTorch                  |
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
/// `residual` … `shortcut` … `add` is a residual block: the sum of the layers before `shortcut` and
/// the layers after it, both applied to the block's input. With no layer between `shortcut` and `add`,
/// the second summand is the input itself.
public struct Architecture: Equatable, Sendable {
  package let layers: [LayerSpec]

  package init(_ layers: [LayerSpec]) { self.layers = layers }

  /// The maximum number of layers.
  package static let maximumDepth = 256

  /// The maximum number of features of a layer. With `maximumDepth`, it keeps all counts far from
  /// overflow.
  package static let maximumWidth = 1 << 24
}

/// One layer of an architecture, before its input shape is known.
package enum LayerSpec: Equatable, Sendable {
  case dense(Int, bias: Bool = true)
  case convolution(
    channels: Int, kernel: Int, stride: Int = 1, padding: Padding = .each(0), bias: Bool = true)
  case transposedConvolution(
    channels: Int, kernel: Int, stride: Int = 1, padding: Int = 0, outputPadding: Int = 0,
    bias: Bool = true)
  case upsample(Int)
  case batchNorm(epsilon: Double = defaultEpsilon, momentum: Double = defaultMomentum)
  case layerNorm(epsilon: Double = defaultEpsilon)
  case dropout(Double)
  case zeroPad(Int)
  case crop(Int)
  case meanPool(Int)
  case reshape(Shape)
  case flatten
  case leakyReLU(Double)
  case tanh
  case sigmoid
  case residual, shortcut, add

  /// The zeros around the input of a convolution.
  package enum Padding: Equatable, Sendable {
    /// The same number on every side.
    case each(Int)
    /// As many as give ⌈size / stride⌉ outputs; an odd one behind.
    case same
  }

  /// PyTorch's defaults.
  package static let defaultEpsilon = 1e-5
  package static let defaultMomentum = 0.1

  /// Whether it is batch normalization.
  package var isBatchNorm: Bool { if case .batchNorm = self { true } else { false } }
}
