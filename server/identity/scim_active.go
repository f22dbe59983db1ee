package identity

// SCIMActive reports whether a connection provisions its people: then Ambit learns of a departure without asking.
func (s *Service) SCIMActive(connection string) bool {
	for _, a := range s.people.Load().accounts {
		if a.Connection == connection && a.Provisioned {
			return true
		}
	}
	return false
}
