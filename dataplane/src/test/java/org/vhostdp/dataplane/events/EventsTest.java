package org.vhostdp.dataplane.events;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EventsTest {
  @Test
  void eventsAreInARecordingWithTheirFields(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("r.jfr");
    try (Recording recording = new Recording()) {
      recording.enable("vhostdp.PortState");
      recording.enable("vhostdp.ControlChange");
      recording.enable("vhostdp.DriverStall");
      recording.start();
      PortState.commit("vd0", PortState.Change.SWAPPED, "tap0 to lo0");
      ControlChange.commit("vd1", ControlChange.Kind.RSS, null);
      DriverStall.commit("io-1", "io-1+1", 1_500_000);
      recording.stop();
      recording.dump(file);
    }
    List<RecordedEvent> events = RecordingFile.readAllEvents(file);
    RecordedEvent state = the(events, "vhostdp.PortState");
    assertEquals("vd0", state.getString("port"));
    assertEquals("SWAPPED", state.getString("change"));
    assertEquals("tap0 to lo0", state.getString("detail"));
    RecordedEvent change = the(events, "vhostdp.ControlChange");
    assertEquals("RSS", change.getString("kind"));
    assertEquals(null, change.getString("detail"));
    RecordedEvent stall = the(events, "vhostdp.DriverStall");
    assertEquals(Duration.ofNanos(1_500_000), stall.getDuration("stalledFor"));
    assertEquals("io-1", stall.getString("ioThread"));
    assertEquals("io-1+1", stall.getString("substitute"));
  }

  private static RecordedEvent the(List<RecordedEvent> events, String name) {
    List<RecordedEvent> found =
        events.stream().filter(event -> event.getEventType().getName().equals(name)).toList();
    assertEquals(1, found.size(), name + " in " + events);
    return found.getFirst();
  }
}
