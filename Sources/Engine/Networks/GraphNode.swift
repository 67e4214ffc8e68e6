/// One place in a network: a layer, or a word that steers.
enum GraphNode: Sendable {
  case layer(any Layer)
  /// The one step that needs the whole batch.
  case batchNormalization(BatchNormalization)
  /// The beginning of a residual block (He et al. 2016): `shortcut` is the slot where its other
  /// path begins.
  case residual(ImageShape, shortcut: Int)
  /// The end of the main path; the other one begins again with slot `residual`.
  case shortcut(ImageShape, residual: Int)
  /// The end of the other path: the sum with slot `main`, where the main path ended.
  case add(ImageShape, main: Int)

  var output: ImageShape {
    switch self {
    case .layer(let layer): layer.output
    case .batchNormalization(let layer): layer.shape
    case .residual(let shape, _), .shortcut(let shape, _), .add(let shape, _): shape
    }
  }

  var parameters: [Parameter] {
    switch self {
    case .layer(let layer): layer.parameters
    case .batchNormalization(let layer): layer.parameters
    case .residual, .shortcut, .add: []
    }
  }

  /// What a checkpoint has beside the parameters.
  var buffers: [Parameter] {
    if case .batchNormalization(let layer) = self { layer.buffers } else { [] }
  }

  var preparedCount: Int { if case .layer(let layer) = self { layer.preparedCount } else { 0 } }

  var savedRows: Int {
    switch self {
    case .layer(let layer): layer.savedRows
    case .batchNormalization(let layer): layer.savedRows
    case .residual, .shortcut, .add: 0
    }
  }

  var hasSecondOrderTerm: Bool {
    if case .layer(let layer) = self { layer.hasSecondOrderTerm } else { false }
  }

  /// Whether forward is W·x + b with a W that is trained.
  var isAffine: Bool {
    if case .layer(let layer) = self { layer is Dense || layer is Convolution } else { false }
  }

  /// Whether it leaves everything as it is.
  var isIdentity: Bool { if case .layer(is Identity) = self { true } else { false } }

  /// Whether its cotangent may stay in the block where the one after it is.
  var passesCotangentInPlace: Bool {
    switch self {
    case .layer(let layer): layer.worksInPlace
    case .batchNormalization, .residual, .shortcut, .add: true
    }
  }
}
