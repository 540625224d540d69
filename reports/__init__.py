"""What we show: dashboards, reports, exports, schedules and their delivery."""
