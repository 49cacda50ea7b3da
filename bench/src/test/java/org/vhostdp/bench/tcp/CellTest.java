package org.vhostdp.bench.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.vhostdp.bench.result.Row;
import org.vhostdp.bench.result.Sample;

final class CellTest {
  private static final Map<String, Double> VALUES =
      Map.of(Window.THROUGHPUT.key(), 1e9, Window.CPU.key(), 2.0);

  @Test
  void aRowKeepsTheOrderOfItsWindowsAndEachNoteOnce() {
    Cell cell = new Cell(Guest.QEMU, Direction.TO_GUEST);
    cell.add(Side.VHOST_DP, 0, VALUES);
    cell.note("A sentence.");
    cell.add(Side.QEMU_TAP, 0, VALUES);
    cell.note("A sentence.");
    cell.add(Side.VHOST_DP, 1, VALUES);
    Row row = cell.row();
    assertEquals("qemu, host to guest", row.name());
    assertEquals(Map.of("guest", "qemu", "direction", "host to guest"), row.parameters());
    assertEquals(
        List.of("vhost-dp", "qemu-tap", "vhost-dp"),
        row.samples().stream().map(Sample::side).toList());
    assertEquals(List.of(0, 0, 1), row.samples().stream().map(Sample::round).toList());
    assertEquals(List.of("A sentence."), row.notes());
  }

  @Test
  void aCellThatWasNotMeasuredHasItsReasonAndNoSamples() {
    Cell cell = new Cell(Guest.UML, Direction.TO_HOST);
    cell.note("Not measured. linux.uml is not installed.");
    assertEquals(List.of(), cell.row().samples());
    assertEquals(List.of("Not measured. linux.uml is not installed."), cell.row().notes());
  }
}
