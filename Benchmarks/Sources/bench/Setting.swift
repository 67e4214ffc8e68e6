import OperationCount

/// What one workload is measured with.
struct Setting {
  /// Folders of the built tools, of the peers' scripts, and of what is made on the way.
  let tools: String, peers: String, folder: String
  let python: String
  let images: String
  let threads: Int
  /// Seconds to wait for an answer of a peer.
  let patience: Double
  /// The untrained checkpoint, and where trained ones go.
  var checkpoint = ""
  /// The JSON file of the layers of its networks.
  var networks: String { folder + "/networks.json" }
  var criticSteps = 0, batchesPerGeneratorStep = 0

  var trained: String { folder + "/trained.bin" }

  /// Writes the layers of the checkpoint's networks to `networks`.
  func resolveNetworks() throws(Failure) -> ResolvedNetworks {
    let command = ["\(tools)/wgan-init", "--print-networks", "--json", "--from", checkpoint]
    let child = try Child(command, log: folder + "/wgan-init.log")
    let line = try child.line(patience: 60)
    _ = try child.finish()
    try line.write(to: networks)
    return try decoded(ResolvedNetworks.self, line)
  }

  /// Runs a tool of ours to its end.
  func run(_ tool: String, _ arguments: [String]) throws(Failure) {
    _ = try Child(["\(tools)/\(tool)"] + arguments, log: "\(folder)/\(tool).log").finish()
  }
}

/// What to train: a preset and a batch size, as `keras-gp:64`, or a checkpoint, as `./mine.bin`.
struct Workload {
  let name: String

  /// Makes the checkpoint, and counts what an epoch and a step are.
  func prepare(
    _ setting: inout Setting, batchSize: Int?
  ) throws(Failure) -> WorkloadReport {
    if name.contains("/") {
      setting.checkpoint = name
    } else {
      let words = name.split(separator: ":", maxSplits: 1)
      let size = words.count == 2 ? String(words[1]) : batchSize.map { "\($0)" }
      setting.checkpoint = setting.folder + "/untrained.bin"
      try setting.run(
        "wgan-init",
        ["--preset", String(words.first ?? ""), "--like", setting.images, "-o", setting.checkpoint]
          + (size.map { ["--batch-size", $0] } ?? []))
    }
    let header = try SafetensorsHeader(path: setting.checkpoint)
    guard let images = try SafetensorsHeader(path: setting.images).images?.shape.first else {
      throw Failure("\(setting.images): no images")
    }
    var report = WorkloadReport(name: name)
    let batch = try header.number("config.batch_size")
    let criticSteps = try header.number("config.critic_steps")
    guard batch >= 1, batch <= images else { throw Failure("a batch of \(batch) of \(images)") }
    (report.batch, report.criticSteps) = (batch, criticSteps)
    report.batchesPerEpoch = images / batch
    let networks = try setting.resolveNetworks()
    let constraint = try header.value("config.constraint")
    do throws(UnknownLayer) {
      let operations = try OperationCount(
        networks, hasPenalty: constraint.hasPrefix("gradient-penalty"))
      report.criticMegaflops = Double(operations.critic) / 1e6
      report.generatorMegaflops = Double(operations.generator) / 1e6
    } catch { report.remarks.append("\(error).") }
    // Whether critic steps share a real batch is the tools' business: ask what one step uses up.
    (setting.criticSteps, setting.batchesPerGeneratorStep) = (criticSteps, criticSteps)
    do {
      try setting.run(
        "wgan-step",
        [setting.checkpoint, "--data", setting.images, "--steps", "1", "-o", setting.trained])
      let after = try SafetensorsHeader(path: setting.trained)
      let used =
        try after.number("progress.epoch") * (images / batch) + after.number("progress.batch")
      if 1...criticSteps ~= used { setting.batchesPerGeneratorStep = used }
    } catch { report.remarks.append("wgan-step: \(error).") }
    report.batchesPerGeneratorStep = setting.batchesPerGeneratorStep
    return report
  }
}
