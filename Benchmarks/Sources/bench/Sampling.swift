/// The time to write 64 samples as a PNG, with the tools in a pipe and with PyTorch.
struct Sampling {
  let settings: Settings

  /// Measures both in each round, and returns one row for each.
  ///
  /// - Parameter withPeer: Whether to measure PyTorch too.
  func measure(rounds: Int, withPeer: Bool) -> [SamplingRow] {
    let image = settings.folder + "/samples.png"
    // The time includes the shell that starts the pipe, as in normal use.
    let pipe = #"set -o pipefail; "$0" "$1" -n 64 --threads "$2" | "$3" > "$4""#
    var commands = [
      (
        "wgan-sample \\| tensor2png",
        [
          "bash", "-c", pipe, settings.tools + "/wgan-sample", settings.checkpoint,
          "\(settings.threads)", settings.tools + "/tensor2png", image,
        ]
      )
    ]
    if withPeer {
      let script = settings.peers + "/sample_torch.py"
      commands.append(
        ("PyTorch", [settings.python, script, settings.checkpoint, settings.networks, "64", image]))
    }
    var seconds = commands.map { _ in [Double]() }
    var rows = commands.map { SamplingRow(name: $0.0) }
    for _ in 0..<rounds {
      for (index, (_, command)) in commands.enumerated() where rows[index].failure == nil {
        do {
          let process = try ChildProcess(
            command, environment: ["PYTHONDONTWRITEBYTECODE": "1"],
            log: settings.folder + "/sample.log")
          seconds[index].append(try process.finish().seconds)
        } catch { rows[index].failure = error.description }
      }
    }
    for index in rows.indices where rows[index].failure == nil {
      rows[index].seconds = Spread(seconds[index])
    }
    return rows
  }
}
