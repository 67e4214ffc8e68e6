/// The memory of a pass over a network: activation i is the input of node i and activation i + 1 its
/// output, each features × batch. Layers that work in place share memory.
package struct Activations<S: Scalar>: Sendable {
  private let views: [MatrixView<S>]
  /// What node i saved for its other operations; without rows for most.
  package let saved: [MatrixView<S>]
  /// The owner of the memory.
  private let workspace: Workspace<S>

  fileprivate init(
    _ views: [MatrixView<S>], saved: [MatrixView<S>], in workspace: Workspace<S>
  ) {
    (self.views, self.saved, self.workspace) = (views, saved, workspace)
  }

  package subscript(index: Int) -> MatrixView<S> { views[index] }

  /// The network's output.
  package var result: MatrixView<S> { views[views.count - 1] }
}

/// The pass that activations are for, which decides what may share memory.
package enum ActivationRole {
  /// The values of forward: a later layer may not overwrite what an earlier one's derivative reads.
  case values
  /// The cotangents of vjp, `keepingSecondOrder` where `Layer.addSecondOrderTerm` reads them.
  case cotangents(keepingSecondOrder: Bool)
  /// The tangents of jvp.
  case tangents(keepingSecondOrder: Bool)
}

extension Network {
  /// Activations for `columns` samples.
  package func activations<S: Scalar>(
    for role: ActivationRole, columns: Int, in workspace: Workspace<S>
  ) -> Activations<S> {
    var views = [workspace.matrix(rows: input.count, columns: columns)]
    var saved: [MatrixView<S>] = []
    // What must remain of the last activation; the shortcut of a residual block reads all of it.
    var needed = OutputDependency.value
    for (index, node) in nodes.enumerated() {
      let shared =
        switch role {
        case .values: sharedValue(index, &needed)
        case .cotangents(let keeping): sharedCotangent(index, keeping)
        case .tangents(let keeping): sharedTangent(index, keeping)
        }
      views.append(
        shared.map { views[$0] }
          ?? workspace.matrix(rows: node.layer.output.count, columns: columns))
      let rows = if case .values = role { node.layer.savedRows } else { 0 }
      saved.append(workspace.matrix(rows: rows, columns: columns))
    }
    return Activations(views, saved: saved, in: workspace)
  }

  /// The activation whose memory also serves the output of a node, if there is one.
  private func sharedValue(_ index: Int, _ needed: inout OutputDependency) -> Int? {
    let layer = nodes[index].layer
    switch nodes[index].edge {
    case .next:
      let isShared = layer.worksInPlace && !layer.readsInput && needed <= layer.preserves
      needed = isShared ? max(needed, layer.readsOutput) : layer.readsOutput
      return isShared ? index : nil
    case .residual:
      needed = .value
      return index
    case .shortcut(let residual):
      needed = .value
      return residual
    case .add(let main):
      needed = .nothing
      return main
    }
  }

  private func sharedTangent(_ index: Int, _ keepingSecondOrder: Bool) -> Int? {
    switch nodes[index].edge {
    case .next:
      // The input of a branch is read again by the other branch.
      let isBranch =
        switch index > 0 ? nodes[index - 1].edge : .next {
        case .residual, .shortcut: true
        case .next, .add: false
        }
      return !isBranch && canShare(index, keepingSecondOrder) ? index : nil
    case .residual: return index
    case .shortcut(let residual): return residual
    case .add(let main): return main
    }
  }

  private func sharedCotangent(_ index: Int, _ keepingSecondOrder: Bool) -> Int? {
    // Both ends of a residual block get the cotangent of their sum.
    if index + 1 < nodes.count, case .add(let main) = nodes[index + 1].edge { return main }
    switch nodes[index].edge {
    case .next: return canShare(index, keepingSecondOrder) ? index : nil
    case .residual: return index
    case .shortcut: return nil
    case .add(let main): return main
    }
  }

  private func canShare(_ index: Int, _ keepingSecondOrder: Bool) -> Bool {
    let layer = nodes[index].layer
    return layer.worksInPlace && !(keepingSecondOrder && layer.hasSecondOrderTerm)
  }
}
