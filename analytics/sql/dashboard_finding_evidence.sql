-- The evidence of a finding.
select evidence from findings where finding_id = $finding_id
