/// 64 samples as a PNG: our two tools in a pipe, and a Python process that loads PyTorch.
struct Sampling {
  let setting: Setting

  /// Rounds in turn; a row for each that was tried.
  func measure(rounds: Int, withPeer: Bool) -> [SamplingRow] {
    let picture = setting.folder + "/samples.png"
    // The shell starts both ends of the pipe, as it does for everyone.
    let pipe = #"set -o pipefail; "$0" "$1" -n 64 --threads "$2" | "$3" > "$4""#
    var contestants = [
      (
        "wgan-sample \\| tensor2png",
        [
          "bash", "-c", pipe, setting.tools + "/wgan-sample", setting.checkpoint,
          "\(setting.threads)", setting.tools + "/tensor2png", picture,
        ]
      )
    ]
    if withPeer {
      let script = setting.peers + "/sample_torch.py"
      contestants.append(
        ("PyTorch", [setting.python, script, setting.checkpoint, setting.networks, "64", picture]))
    }
    var seconds = contestants.map { _ in [Double]() }
    var rows = contestants.map { SamplingRow(name: $0.0) }
    for _ in 0..<rounds {
      for (index, (_, command)) in contestants.enumerated() where rows[index].failure == nil {
        do {
          let child = try Child(
            command, environment: ["PYTHONDONTWRITEBYTECODE": "1"],
            log: setting.folder + "/sample.log")
          seconds[index].append(try child.finish().seconds)
        } catch { rows[index].failure = error.description }
      }
    }
    for index in rows.indices where rows[index].failure == nil {
      rows[index].seconds = Spread(seconds[index])
    }
    return rows
  }
}
