package org.vhostdp.tck.rules;

import static org.vhostdp.tck.rule.Trial.require;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.harness.Wire;
import org.vhostdp.tck.harness.WireFrame;
import org.vhostdp.tck.rule.BareThread;
import org.vhostdp.tck.rule.Broken;
import org.vhostdp.tck.rule.Deadline;
import org.vhostdp.tck.rule.Frames;
import org.vhostdp.tck.rule.Group;
import org.vhostdp.tck.rule.Need;
import org.vhostdp.tck.rule.OpenPort;
import org.vhostdp.tck.rule.Rule;
import org.vhostdp.tck.rule.RuleTest;
import org.vhostdp.tck.rule.Trial;

/** Which thread does what. */
final class ThreadRules {
  private static final int FRAMES = 64;
  private static final int INTERRUPTS = 8;
  private static final long NAMING_MILLIS = 50;
  private static final int NAMINGS = 20;

  /**
   * Names of the virtual machine's own threads, as the kernel cuts them, and of workers that the
   * kernel makes for io_uring.
   */
  private static final List<String> NOT_OF_A_DRIVER =
      List.of(
          "C1 ",
          "C2 ",
          "GC ",
          "G1 ",
          "VM ",
          "Sweeper",
          "Service Thre",
          "Monitor Deflat",
          "Notification",
          "Common-Clean",
          "process reape",
          "Attach Listen",
          "Signal Disp",
          "JFR ",
          "Z",
          "Shenandoah",
          "Cleaner-",
          "iou-wrk-",
          "tck-");

  private ThreadRules() {}

  static List<Rule> rules() {
    return List.of(
        rule(
            "THREAD-1",
            "bursts start no thread",
            "A burst method works on the thread that calls it and starts no other, however many"
                + " frames pass.",
            ThreadRules::burstsStartNoThread),
        rule(
            "THREAD-2",
            "an interrupted thread works on",
            "A burst method called on an interrupted thread works as on any other, and leaves the"
                + " thread interrupted.",
            ThreadRules::interruptedThreadWorksOn),
        rule(
            "THREAD-3",
            "no allocation in steady state",
            "Once warm, burst methods allocate no Java objects.",
            Allocation::nothingInSteadyState),
        rule(
            "THREAD-4",
            "queues are handed from thread to thread",
            "A queue may pass from one thread to another between calls, with all that it has lent.",
            ThreadRules::queuesAreHandedOver),
        rule(
            "THREAD-5",
            "each control call from another thread",
            "Control methods may come from any thread, each from another.",
            ThreadRules::controlFromAnyThread));
  }

  private static Rule rule(String id, String title, String sentence, RuleTest test) {
    return new Rule(id, title, "Port", sentence, Group.THREADS, Need.NOTHING, test);
  }

  private static void burstsStartNoThread(Trial trial) throws Exception {
    OpenPort port = trial.start();
    Traffic.exchange(trial, port, Numbers.THREAD_STARTED, "before threads were counted");
    Map<String, String> before = threads();
    Marked.pass(trial, port, Numbers.THREAD_STARTED, Numbers.THREAD_LENGTH);
    for (int i = 1; i <= FRAMES; i++) {
      Traffic.exchange(trial, port, Numbers.THREAD_STARTED + i, "after " + i + " frames each way");
    }
    Map<String, String> more = strangers(before);
    for (int i = 0; i < NAMINGS && !more.isEmpty(); i++) {
      // A thread of the virtual machine gets its name a moment after it was started.
      Thread.sleep(NAMING_MILLIS);
      threads().forEach(more::replace);
      more.values().removeIf(ThreadRules::isNotOfADriver);
    }
    require(
        more.isEmpty(), "while %d frames passed, threads were started: %s", FRAMES, more.values());
  }

  private static Map<String, String> strangers(Map<String, String> before) throws IOException {
    Map<String, String> more = threads();
    more.keySet().removeAll(before.keySet());
    more.values().removeIf(ThreadRules::isNotOfADriver);
    return more;
  }

  private static boolean isNotOfADriver(String name) {
    return NOT_OF_A_DRIVER.stream().anyMatch(name::startsWith);
  }

  /** Names of this process's threads by number, the kernel's way: native ones too. */
  private static Map<String, String> threads() throws IOException {
    Map<String, String> names = new TreeMap<>();
    try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
      for (Path task : tasks.toList()) {
        try {
          names.put(task.getFileName().toString(), Files.readString(task.resolve("comm")).strip());
        } catch (NoSuchFileException ended) {
          names.remove(task.getFileName().toString());
        }
      }
    }
    return names;
  }

  private static void interruptedThreadWorksOn(Trial trial) throws Exception {
    OpenPort port = trial.start();
    for (int i = 0; i < INTERRUPTS; i++) {
      byte[] frame = Traffic.frame(Numbers.INTERRUPTED + i);
      Burst burst = new Burst(1);
      Traffic.claim(trial, port.tx(0), burst, 1);
      port.fill(burst, 0, WireFrame.plain(frame));
      int sent = interrupted("transmit", () -> port.tx(0).transmit(burst, 0, 1));
      require(sent == 1, "transmit on an interrupted thread took nothing");
      List<byte[]> seen = Traffic.seen(trial, port, 1);
      require(
          seen.size() == 1 && Arrays.equals(seen.getFirst(), frame),
          "a frame transmitted on an interrupted thread did not reach the wire");
      port.send(frame);
      require(arrives(trial, port, frame), "receive on an interrupted thread did not give a frame");
    }
    Traffic.exchange(trial, port, Numbers.INTERRUPTED + INTERRUPTS, "after interrupts");
  }

  private static boolean arrives(Trial trial, OpenPort port, byte[] frame) throws Exception {
    Burst burst = new Burst(OpenPort.BURST);
    Deadline end = trial.deadline();
    while (!end.passed()) {
      int n = interrupted("receive", () -> port.rx(0).receive(burst, burst.capacity()));
      List<WireFrame> frames = port.frames(burst, n);
      interrupted(
          "release",
          () -> {
            port.rx(0).release(burst, 0, n);
            return 0;
          });
      if (frames.stream().anyMatch(seen -> Arrays.equals(seen.bytes(), frame))) {
        return true;
      }
      Thread.sleep(0, 50_000);
    }
    return false;
  }

  /** Calls with the interrupt pending, which must still be so afterwards; then it is not. */
  private static int interrupted(String method, Callable<Integer> call) throws Exception {
    boolean kept;
    int result;
    Thread.currentThread().interrupt();
    try {
      result = call.call();
    } finally {
      kept = Thread.interrupted();
    }
    require(kept, "%s took away the interrupt of its thread", method);
    return result;
  }

  private static void queuesAreHandedOver(Trial trial) throws Exception {
    OpenPort port = trial.start();
    for (int i = 0; i < 2; i++) {
      byte[] frame = Frames.numbered(Numbers.HANDED_OVER + i, Numbers.HANDED_LENGTH);
      Burst burst = new Burst(2);
      elsewhere("claim", () -> claimed(trial, port, burst));
      port.fill(burst, 0, WireFrame.plain(frame));
      port.fill(burst, 1, WireFrame.plain(frame));
      int sent = elsewhere("transmit", () -> port.tx(0).transmit(burst, 0, 1));
      require(sent == 1, "transmit on another thread than the last took nothing");
      elsewhere("unclaim", () -> done(() -> port.tx(0).unclaim(burst, 1, 1)));
      require(Traffic.seen(trial, port, 1).size() == 1, "a frame was lost between threads");
      port.send(frame);
      receiveElsewhere(trial, port);
    }
  }

  private static int claimed(Trial trial, OpenPort port, Burst burst) throws Exception {
    Traffic.claim(trial, port.tx(0), burst, 2);
    return 2;
  }

  private static void receiveElsewhere(Trial trial, OpenPort port) throws Exception {
    Burst burst = new Burst(OpenPort.BURST);
    Deadline end = trial.deadline();
    boolean came = false;
    while (!came) {
      require(!end.passed(), "a frame did not come to another thread than the last");
      int n = elsewhere("receive", () -> port.rx(0).receive(burst, burst.capacity()));
      came = port.frames(burst, n).stream().anyMatch(frame -> Frames.ours(frame.bytes()));
      elsewhere("release", () -> done(() -> port.rx(0).release(burst, 0, n)));
    }
  }

  private static int done(Runnable call) {
    call.run();
    return 0;
  }

  private static int elsewhere(String method, Callable<Integer> call) throws Exception {
    try {
      return BareThread.other(call);
    } catch (RuntimeException e) {
      if (e instanceof Broken) {
        throw e;
      }
      throw new Broken(method + " on another thread than the last threw " + e);
    }
  }

  private static void controlFromAnyThread(Trial trial) throws Exception {
    Wire wire = trial.wire(Harness.Request.plain());
    Port port = trial.keep(BareThread.other(() -> openOf(trial, wire)));
    for (int i = 0; i < 2; i++) {
      control("configure", port, () -> port.configure(PortSettings.defaults()));
      control("start", port, port::start);
      wire.started();
      control("events", port, () -> port.events().next());
      control("stop", port, port::stop);
    }
    control("close", port, port::close);
  }

  private static Port openOf(Trial trial, Wire wire) throws Exception {
    return trial.driver().open(trial.config(wire.config()), trial.host());
  }

  private static void control(String method, Port port, Traces.Act call) throws Exception {
    try {
      BareThread.other(
          () -> {
            call.run();
            return port;
          });
    } catch (RuntimeException e) {
      throw new Broken(method + " on a thread that did not open the port threw " + e);
    }
  }
}
