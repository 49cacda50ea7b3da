package org.vhostdp.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NumbersTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1, 1.00",
    "9.994, 9.99",
    "9.996, 10.0",
    "19.14, 19.1",
    "99.96, 100",
    "1234.4, 1234",
    "0.1234, 0.123",
    "0.00012345, 0.000123",
    "-2.5, -2.50"
  })
  void figuresHaveThreeDigits(double value, String text) {
    assertEquals(text, Numbers.of(value));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0.00",
    "1, 1.00",
    "0.996, 1.00",
    "0.104, 0.10",
    "0.0052, 0.0052",
    "9.99, 9.99",
    "9.999, 10.0",
    "12.34, 12.3",
    "250, 250"
  })
  void ratiosHaveTwoDigitsAfterThePoint(double value, String text) {
    assertEquals(text, Numbers.ratio(value));
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-6, 0.003, 0.7, 1, 4.0001, 19.1, 99, 100, 101, 1234, 5e9})
  void anAxisHasRoomForItsLongestBarAndLittleMore(double most) {
    Axis axis = Axis.upTo(most);
    assertTrue(axis.end() >= most * 0.999999, "" + axis);
    assertTrue(axis.end() <= most * 1.3, "" + axis);
    assertTrue(axis.marks() >= 4 && axis.marks() <= 10, "" + axis);
  }

  @Test
  void anAxisOfNothingIsStillOne() {
    assertEquals(0, Axis.upTo(0).place(0));
    assertTrue(Axis.upTo(0).end() > 0);
    assertEquals(0, Axis.upTo(5).place(-1));
  }

  @ParameterizedTest
  @CsvSource({"3, 1, 3", "7.5, 2.5, 7.5", "0.30000000000000004, 0.1, 0.3", "40000, 20000, 40000"})
  void marksHaveNoMoreDigitsThanTheyNeed(double value, double step, String text) {
    assertEquals(text, Numbers.mark(value, step));
  }

  @Test
  void linesBreakAtSpaces() {
    assertEquals(List.of("one two", "three", "four"), Wrap.lines("one two\n three four", 8));
    assertEquals(List.of("a", "very-long-word", "b"), Wrap.lines("a very-long-word b", 5));
  }
}
