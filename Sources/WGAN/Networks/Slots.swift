/// Where a pass over a network leaves what it makes: slot i is what node i reads, slot i + 1 what it
/// writes, each features × batch. Nodes that work in place share a block.
struct Slots<S: Scalar>: Sendable {
  let blocks: [Block<S>]
  /// What node i noted for its other verbs; without rows for most.
  let notes: [Block<S>]
  /// Who owns them.
  fileprivate let workspace: Workspace<S>

  subscript(slot: Int) -> Block<S> { blocks[slot] }

  /// The last slot.
  var result: Block<S> { blocks[blocks.count - 1] }
}

/// What slots are for, which decides what may share a block.
enum SlotRole {
  /// What forward makes: a later node may not write over what an earlier one's derivative reads.
  case values
  /// What backward makes, `keepingCurved` where `Layer.addCurvature` is to read it.
  case cotangents(keepingCurved: Bool)
  /// What tangent makes.
  case tangents(keepingCurved: Bool)
}

extension Network {
  /// Slots for `columns` samples.
  func slots<S: Scalar>(
    for role: SlotRole, columns: Int, in workspace: Workspace<S>
  ) -> Slots<S> {
    var blocks = [workspace.block(rows: input.count, columns: columns)]
    var notes: [Block<S>] = []
    // What of the block in hand has to be left; another path will read all of a branch.
    var needed = OutputKnowledge.value
    for (index, node) in nodes.enumerated() {
      let shared: Int?
      switch role {
      case .values: shared = sharedValue(index, &needed)
      case .cotangents(let keepingCurved): shared = sharedCotangent(index, keepingCurved)
      case .tangents(let keepingCurved): shared = sharedTangent(index, keepingCurved)
      }
      blocks.append(
        shared.map { blocks[$0] } ?? workspace.block(rows: node.output.count, columns: columns))
      let rows = if case .values = role { node.noteRows } else { 0 }
      notes.append(workspace.block(rows: rows, columns: columns))
    }
    return Slots(blocks: blocks, notes: notes, workspace: workspace)
  }

  /// The slot whose block serves the output of node `index` as well, if there is one.
  private func sharedValue(_ index: Int, _ needed: inout OutputKnowledge) -> Int? {
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

  private func sharedTangent(_ index: Int, _ keepingCurved: Bool) -> Int? {
    switch nodes[index] {
    case .layer(let layer):
      let isBranch =
        switch index > 0 ? nodes[index - 1] : nil {
        case .residual?, .shortcut?: true
        default: false
        }
      return layer.worksInPlace && !isBranch && !(keepingCurved && layer.isCurved) ? index : nil
    case .batchNormalization: return nil
    case .residual: return index
    case .shortcut(_, let residual): return residual
    case .add(_, let main): return main
    }
  }

  private func sharedCotangent(_ index: Int, _ keepingCurved: Bool) -> Int? {
    // Both ends of a residual block get the cotangent of their sum.
    if index + 1 < nodes.count, case .add(_, let main) = nodes[index + 1] { return main }
    switch nodes[index] {
    case .layer(let layer):
      return layer.worksInPlace && !(keepingCurved && layer.isCurved) ? index : nil
    case .batchNormalization, .residual: return index
    case .shortcut: return nil
    case .add(_, let main): return main
    }
  }
}
