package org.vhostdp.dist;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assertions;
import org.vhostdp.attest.json.Json;
import org.vhostdp.cli.control.ControlClient;

/** A running {@code vhost-dp run} of the image. */
final class VhostDp {
  static final Path IMAGE = Path.of(System.getProperty("vhostdp.image"));
  static final String COMMAND = IMAGE.resolve("bin/vhost-dp").toString();
  static final Duration START_LIMIT = Duration.ofSeconds(60);

  /** How the names of the control sockets begin. */
  static final String CONTROL = "control.";

  private static final Duration LIFE = Duration.ofMinutes(10);
  private static int count;

  private final Session session;
  private final Path control;

  private VhostDp(Session session, Path control) {
    this.session = session;
    this.control = control;
  }

  /** Starts it in the lab's namespace and waits until every port listens. */
  static VhostDp start(Lab lab, List<String> options) throws IOException {
    return start(lab, Map.of(), options);
  }

  static VhostDp start(Lab lab, Map<String, String> environment, List<String> options)
      throws IOException {
    Path control = lab.file(CONTROL + count++);
    List<String> words = new ArrayList<>(List.of(COMMAND, "run", "--control", "" + control));
    words.addAll(options);
    VhostDp running = new VhostDp(lab.start(LIFE, environment, words), control);
    running.session.awaitOutput(": driver ", START_LIMIT);
    return running;
  }

  Session session() {
    return session;
  }

  Path control() {
    return control;
  }

  long pid() throws IOException {
    return session.pid();
  }

  /** What {@code vhost-dp status --json} shows. */
  Map<String, Object> status() throws IOException {
    return ControlClient.status(control);
  }

  /** A port's part of the status. */
  Object port(String id) throws IOException {
    return Json.array(status().get("ports")).stream()
        .filter(port -> id.equals(Json.at(port, "id")))
        .findFirst()
        .orElseThrow();
  }

  /** Waits until a front-end has so many rings running. */
  void awaitRings(String id, int rings) throws IOException {
    Wait.until(
        START_LIMIT,
        () -> running(port(id)) >= rings,
        () -> rings + " running rings wanted: " + port(id) + "\n" + session.output());
  }

  /** Waits until no front-end is attached. */
  void awaitDetached(String id) throws IOException {
    Wait.until(
        START_LIMIT,
        () -> Boolean.FALSE.equals(Json.at(port(id), "attached")),
        () -> "still attached: " + port(id));
  }

  private static long running(Object port) {
    return Json.array(Json.at(port, "rings")).stream()
        .filter(ring -> Boolean.TRUE.equals(Json.at(ring, "running")))
        .count();
  }

  /** Frames that a port's ring has moved. */
  long ringFrames(String id, int ring) throws IOException {
    return Json.array(Json.at(port(id), "rings")).stream()
        .filter(each -> Json.number(Json.at(each, "index")) == ring)
        .mapToLong(each -> Json.number(Json.at(each, "frames")))
        .sum();
  }

  /** A counter of a port's ring, named as in the status. */
  long count(String id, int ring, String counter) throws IOException {
    return Json.array(Json.at(port(id), "rings")).stream()
        .filter(each -> Json.number(Json.at(each, "index")) == ring)
        .mapToLong(each -> Json.number(Json.at(each, counter)))
        .sum();
  }

  /** The sum of a counter over all of a port's rings. */
  long count(String id, String counter) throws IOException {
    return Json.array(Json.at(port(id), "rings")).stream()
        .mapToLong(each -> Json.number(Json.at(each, counter)))
        .sum();
  }

  /** Runs a command for this instance, such as {@code port swap}; how it ended. */
  Lab.Outcome execute(Lab lab, String... words) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of(COMMAND));
    all.addAll(List.of(words));
    all.addAll(List.of("--control", control.toString()));
    return lab.execute(START_LIMIT, all.toArray(String[]::new));
  }

  /** Runs a command for this instance that must succeed; what it says. */
  String run(Lab lab, String... words) throws IOException, InterruptedException {
    Lab.Outcome outcome = execute(lab, words);
    Assertions.assertEquals(0, outcome.code(), () -> String.join(" ", words) + ": " + outcome);
    return outcome.output();
  }

  /** Frames lost for any reason, in both directions. */
  long dropped(String id) throws IOException {
    Object port = port(id);
    long sum = 0;
    for (String direction : List.of("rx", "tx")) {
      for (Object count : Json.object(Json.at(port, direction, "dropped")).values()) {
        sum += Json.number(count);
      }
    }
    return sum;
  }
}
