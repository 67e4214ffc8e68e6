/// A layer of a network, and its edge to nodes other than its neighbors, if there is one.
struct GraphNode: Sendable {
  let layer: any Layer
  /// The index of its layer in the architecture, and so its name in PyTorch's `nn.Sequential`.
  let index: Int
  var edge = Edge.next

  /// Which activations a node reads and writes. Activation i is the input of node i and activation
  /// i + 1 its output.
  enum Edge: Equatable {
    /// Its own.
    case next
    /// The beginning of a residual block (He et al. 2016), whose shortcut begins at activation
    /// `shortcut`.
    case residual(shortcut: Int)
    /// The end of the main path; the shortcut begins again with activation `residual`.
    case shortcut(residual: Int)
    /// The end of the shortcut: the sum with activation `main`, the end of the main path.
    case add(main: Int)
  }
}
