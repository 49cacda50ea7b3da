package org.vhostdp.bench.tcp;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import org.vhostdp.bench.result.Row;
import org.vhostdp.bench.result.Sample;

/** One row in the making. */
final class Cell {
  private final Guest guest;
  private final Direction direction;
  private final List<Sample> samples = new ArrayList<>();
  private final SequencedSet<String> notes = new LinkedHashSet<>();

  Cell(Guest guest, Direction direction) {
    this.guest = guest;
    this.direction = direction;
  }

  String name() {
    return guest.text + ", " + direction.text;
  }

  Guest guest() {
    return guest;
  }

  Direction direction() {
    return direction;
  }

  void add(Side side, int round, Map<String, Double> values) {
    samples.add(new Sample(side.text, round, values));
  }

  /** A sentence for readers; said before, it is not repeated. */
  void note(String sentence) {
    notes.add(sentence);
  }

  Row row() {
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("guest", guest.text);
    parameters.put("direction", direction.text);
    return new Row(name(), parameters, List.copyOf(samples), List.copyOf(notes));
  }
}
