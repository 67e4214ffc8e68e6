/// Where a pass over a network leaves what it makes: slot i is what node i reads, slot i + 1 what it
/// writes, each features × batch. Nodes that work in place share a block.
package struct Activations<S: Scalar>: Sendable {
  package let blocks: [MatrixView<S>]
  /// What node i noted for its other verbs; without rows for most.
  package let saved: [MatrixView<S>]
  /// Who owns them.
  fileprivate let workspace: Workspace<S>

  package subscript(slot: Int) -> MatrixView<S> { blocks[slot] }

  /// The last slot.
  package var result: MatrixView<S> { blocks[blocks.count - 1] }
}

/// What slots are for, which decides what may share a block.
package enum ActivationRole {
  /// What forward makes: a later node may not write over what an earlier one's derivative reads.
  case values
  /// What backward makes, `keepingSecondOrder` where `Layer.addSecondOrderTerm` is to read it.
  case cotangents(keepingSecondOrder: Bool)
  /// What tangent makes.
  case tangents(keepingSecondOrder: Bool)
}

extension Network {
  /// Slots for `columns` samples.
  package func activations<S: Scalar>(
    for role: ActivationRole, columns: Int, in workspace: Workspace<S>
  ) -> Activations<S> {
    var blocks = [workspace.matrix(rows: input.count, columns: columns)]
    var saved: [MatrixView<S>] = []
    // What of the block in hand has to be left; another path will read all of a branch.
    var needed = OutputDependency.value
    for (index, node) in nodes.enumerated() {
      let shared: Int?
      switch role {
      case .values: shared = sharedValue(index, &needed)
      case .cotangents(let keepingSecondOrder): shared = sharedCotangent(index, keepingSecondOrder)
      case .tangents(let keepingSecondOrder): shared = sharedTangent(index, keepingSecondOrder)
      }
      blocks.append(
        shared.map { blocks[$0] } ?? workspace.matrix(rows: node.output.count, columns: columns))
      let rows = if case .values = role { node.savedRows } else { 0 }
      saved.append(workspace.matrix(rows: rows, columns: columns))
    }
    return Activations(blocks: blocks, saved: saved, workspace: workspace)
  }

  /// The slot whose block serves the output of node `index` as well, if there is one.
  private func sharedValue(_ index: Int, _ needed: inout OutputDependency) -> Int? {
    switch nodes[index] {
    case .layer(let layer):
      let isShared = layer.worksInPlace && needed <= layer.preserves
      needed = isShared ? max(needed, layer.readsOutput) : layer.readsOutput
      return isShared ? index : nil
    case .batchNormalization:
      needed = .nothing
      return nil
    case .residual:
      needed = .value
      return index
    case .shortcut(_, let residual):
      needed = .value
      return residual
    case .add(_, let main):
      needed = .nothing
      return main
    }
  }

  private func sharedTangent(_ index: Int, _ keepingSecondOrder: Bool) -> Int? {
    switch nodes[index] {
    case .layer(let layer):
      let isBranch =
        switch index > 0 ? nodes[index - 1] : nil {
        case .residual?, .shortcut?: true
        default: false
        }
      return layer.worksInPlace && !isBranch && !(keepingSecondOrder && layer.hasSecondOrderTerm)
        ? index : nil
    case .batchNormalization: return nil
    case .residual: return index
    case .shortcut(_, let residual): return residual
    case .add(_, let main): return main
    }
  }

  private func sharedCotangent(_ index: Int, _ keepingSecondOrder: Bool) -> Int? {
    // Both ends of a residual block get the cotangent of their sum.
    if index + 1 < nodes.count, case .add(_, let main) = nodes[index + 1] { return main }
    switch nodes[index] {
    case .layer(let layer):
      return layer.worksInPlace && !(keepingSecondOrder && layer.hasSecondOrderTerm) ? index : nil
    case .batchNormalization, .residual: return index
    case .shortcut: return nil
    case .add(_, let main): return main
    }
  }
}
