import OperationCount

/// The settings for the measurement of one workload.
struct Settings {
  /// The folders of the tools, of the Python scripts, and of temporary files.
  let tools: String, peers: String, folder: String
  let python: String
  let images: String
  let threads: Int
  /// The maximum time for a response of a framework, in seconds.
  let timeout: Double
  /// The path of the untrained checkpoint.
  var checkpoint = ""
  /// The path of the JSON file with the layers of both networks.
  var networks: String { folder + "/networks.json" }
  var criticSteps = 0, batchesPerGeneratorStep = 0

  /// The path of trained checkpoints.
  var trained: String { folder + "/trained.bin" }

  /// Writes the layers of the checkpoint's networks to the file `networks`, and returns them.
  func resolveNetworks() throws(Failure) -> ResolvedNetworks {
    let command = ["\(tools)/wgan-init", "--print-networks", "--json", "--from", checkpoint]
    let process = try ChildProcess(command, log: folder + "/wgan-init.log")
    let line = try process.readLine(timeout: 60)
    _ = try process.finish()
    try line.write(to: networks)
    return try decoded(ResolvedNetworks.self, line)
  }

  /// Runs one of the tools and waits for it.
  func run(_ tool: String, _ arguments: [String]) throws(Failure) {
    _ = try ChildProcess(["\(tools)/\(tool)"] + arguments, log: "\(folder)/\(tool).log").finish()
  }
}

/// The training to measure: a preset, optionally with a batch size (`keras-gp:64`), or the path of
/// a checkpoint, which contains a slash (`./mine.bin`).
struct Workload {
  let name: String

  /// Creates the checkpoint of a preset, and determines the sizes of steps and epochs.
  ///
  /// - Parameters:
  ///   - settings: The settings, to which the checkpoint and its values are added.
  ///   - batchSize: The batch size of a preset without its own, or `nil` for the preset's default.
  /// - Returns: A report without measurements.
  func prepare(
    _ settings: inout Settings, batchSize: Int?
  ) throws(Failure) -> WorkloadReport {
    if name.contains("/") {
      settings.checkpoint = name
    } else {
      let parts = name.split(separator: ":", maxSplits: 1)
      let size = parts.count == 2 ? String(parts[1]) : batchSize.map { "\($0)" }
      settings.checkpoint = settings.folder + "/untrained.bin"
      try settings.run(
        "wgan-init",
        ["--preset", String(parts.first ?? ""), "--like", settings.images]
          + ["-o", settings.checkpoint] + (size.map { ["--batch-size", $0] } ?? []))
    }
    let header = try SafetensorsHeader(path: settings.checkpoint)
    guard let images = try SafetensorsHeader(path: settings.images).images?.shape.first else {
      throw Failure("\(settings.images): the file has no tensor \"images\"")
    }
    var report = WorkloadReport(name: name)
    let batch = try header.number("config.batch_size")
    let criticSteps = try header.number("config.critic_steps")
    guard batch >= 1, batch <= images else {
      throw Failure("the batch size is invalid (expected 1 to \(images), found \(batch))")
    }
    (report.batch, report.criticSteps) = (batch, criticSteps)
    report.batchesPerEpoch = images / batch
    let networks = try settings.resolveNetworks()
    let constraint = try header.value("config.constraint")
    do throws(UnknownLayer) {
      let operations = try OperationCount(
        networks, hasPenalty: constraint.hasPrefix("gradient-penalty"))
      report.criticMegaflops = Double(operations.critic) / 1e6
      report.generatorMegaflops = Double(operations.generator) / 1e6
    } catch { report.remarks.append("Error: \(error)") }
    // Only the tools define whether the critic steps share a real batch, so measure it.
    (settings.criticSteps, settings.batchesPerGeneratorStep) = (criticSteps, criticSteps)
    do throws(Failure) {
      try settings.run(
        "wgan-step",
        [settings.checkpoint, "--data", settings.images, "--steps", "1", "-o", settings.trained])
      let after = try SafetensorsHeader(path: settings.trained)
      let used =
        try after.number("progress.epoch") * (images / batch) + after.number("progress.batch")
      if 1...criticSteps ~= used { settings.batchesPerGeneratorStep = used }
    } catch { report.remarks.append("Error: wgan-step: \(error)") }
    report.batchesPerGeneratorStep = settings.batchesPerGeneratorStep
    return report
  }
}
